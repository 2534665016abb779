import { resourceExhausted } from '@petri/core';
import { admit } from '../lineage/admission.ts';
import { born } from '../members.ts';
import { MAX_PINS } from '../pins.ts';
import type { State } from '../state.ts';
import type { Change } from '../store/store.ts';
import type { Fitness } from '../types.ts';
import type { Checkpoint } from './checkpoint.ts';

export type RestoredCounts = { births: number; former: number; pins: number };

/** The same population under another id, whatever names it. */
export function renamed(checkpoint: Checkpoint, id: string, tenant: string): Checkpoint {
  const { population, births } = checkpoint;
  return {
    ...checkpoint,
    population: { ...population, id, tenant },
    births: births.map((birth) =>
      birth.population === population.id ? { ...birth, population: id } : birth,
    ),
  };
}

/**
 * The rows that restore a population whose id is free.
 *
 * @throws PetriError `invalid_argument`, reason LINEAGE_CYCLE, together with births that are recorded already;
 *   `resource_exhausted`
 */
export function rowsOf(
  state: State,
  { population, members, former, births, pins }: Checkpoint,
  hasSandbox: (id: string) => boolean,
): { changes: Change[]; counts: RestoredCounts } {
  const { id, tenant } = population;
  const { graph, orphans, pins: pinned } = state.of(tenant);
  const admitted = admit(graph, births, {
    allowForeignParents: true,
    nameOf: (index) => `births[${index}]`,
    recorded: state.births,
  });
  // A sandbox that is there has not left this population: it would become garbage.
  const left = former.filter((each) => !hasSandbox(each.id));
  const newPins = pins.filter((pin) => !pinned.has(pin.id));
  if (state.pins + newPins.length > MAX_PINS)
    throw resourceExhausted('TOO_MANY_PINS', `at most ${MAX_PINS} sandboxes of the node are pinned`);
  const changes: Change[] = [{ table: 'population', id, row: population }];
  for (const { fitness: _, ...row } of members) {
    changes.push({ table: 'member', population: id, id: row.id, row });
    if (orphans.has(row.id)) changes.push({ table: 'orphan', tenant, id: row.id });
  }
  for (const row of left) changes.push({ table: 'member', population: id, id: row.id, row });
  const recorded = members.flatMap(({ fitness }) => fitness ?? []).sort(byRecording);
  let sequence = state.fitnessSequence;
  for (const fitness of recorded)
    changes.push({
      table: 'fitness',
      population: id,
      id: fitness.id,
      row: { ...fitness, sequence: ++sequence },
    });
  changes.push(...born(state, tenant, admitted));
  for (const row of newPins) changes.push({ table: 'pin', tenant, id: row.id, row });
  return { changes, counts: { births: admitted.length, former: left.length, pins: newPins.length } };
}

function byRecording(a: Fitness, b: Fitness): number {
  return a.sequence - b.sequence || (a.id < b.id ? -1 : 1);
}
