import { invalid, type Violation } from '@petri/core';
import { adjustmentViolations, entryViolations, MAX_ADJUSTMENTS } from '../fitness-book.ts';
import { MAX_MEMBERS, requireDistinct } from '../members.ts';
import { MAX_REASON } from '../pins.ts';
import type { Fitness } from '../types.ts';
import type { Checkpoint } from './checkpoint.ts';

/**
 * A checkpoint is a caller's word: everything that is checked when it is recorded is checked again.
 *
 * @throws PetriError `invalid_argument` with all that is wrong
 */
export function requireSound({ population, members, former, pins }: Checkpoint): void {
  const all = [...members, ...former];
  requireDistinct(
    all.map(({ id }) => id),
    'members',
  );
  const ids = new Set(all.map(({ id }) => id));
  const { generation } = population;
  const found: Violation[] = [];
  const add = (field: string, description: string) => found.push({ field, description });
  if (members.length > MAX_MEMBERS)
    add('members', `must have at most ${MAX_MEMBERS} elements, has ${members.length}`);
  for (const [index, member] of members.entries()) {
    const place = `members[${index}]`;
    if (member.generation > generation)
      add(`${place}.generation`, `is ${member.generation}; the population is at ${generation}`);
    const { fitness } = member;
    if (fitness === undefined) continue;
    if (fitness.id !== member.id) add(`${place}.fitness.id`, `is not "${member.id}"`);
    found.push(...recordedViolations(fitness, `${place}.fitness`, generation));
  }
  for (const [index, { leftGeneration = 0 }] of former.entries())
    if (leftGeneration > generation)
      add(
        `former_members[${index}].left_generation`,
        `is ${leftGeneration}; the population is at ${generation}`,
      );
  for (const [index, { id, reason }] of pins.entries()) {
    if (!ids.has(id)) add(`pins[${index}].id`, `"${id}" is no member, and was none`);
    if (reason.length > MAX_REASON)
      add(`pins[${index}].reason`, `must have at most ${MAX_REASON} characters, has ${reason.length}`);
  }
  if (found.length > 0) throw invalid(found);
}

function recordedViolations(fitness: Fitness, place: string, generation: number): Violation[] {
  const { adjustments, score = 0, error } = fitness;
  const result = error === undefined ? { score } : { error };
  const found = entryViolations({ ...fitness, result }, place, generation);
  if (adjustments.length > MAX_ADJUSTMENTS)
    found.push({
      field: `${place}.adjustments`,
      description: `must have at most ${MAX_ADJUSTMENTS} elements, has ${adjustments.length}`,
    });
  for (const [index, adjustment] of adjustments.entries())
    found.push(
      ...adjustmentViolations({ id: fitness.id, ...adjustment }, score, `${place}.adjustments[${index}]`),
    );
  return found;
}
