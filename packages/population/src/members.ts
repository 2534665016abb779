import {
  aborted,
  alreadyExists,
  idViolation,
  invalid,
  notFound,
  type PetriError,
  resourceExhausted,
  type Violation,
} from '@petri/core';
import { admit, type Announcement } from './lineage/admission.ts';
import type { IndividualSandboxes } from './individuals.ts';
import { foreign, type Scope } from './scope.ts';
import type { PopulationState, State } from './state.ts';
import type { Change } from './store/store.ts';
import type { Population } from './types.ts';

/** Statistics, ranking and one page of them are computed while the caller waits. */
export const MAX_MEMBERS = 100_000;

/** An individual that joins a population, and how it came to be, if its lineage is to be recorded too. */
export type Newcomer = {
  id: string;
  genomeSha256?: string;
  birth?: { parents: readonly string[]; mutationType?: string; island?: string; bornAtMs?: number };
};

export type Joining = {
  /** Refuses with `aborted` unless the population is at it. Default: no check. */
  expectedGeneration?: number;
  /** Whether parents without a recorded birth are taken as foreign. Default false. */
  allowForeignParents?: boolean;
};

/** @throws PetriError `aborted`, reason GENERATION_STALE */
export function requireGeneration({ id, generation }: Population, expected: number | undefined): void {
  if (expected === undefined || expected === generation) return;
  throw aborted('GENERATION_STALE', `population "${id}" is at generation ${generation}, not ${expected}`, {
    metadata: { generation: String(generation) },
  });
}

/** Members that are not. @throws PetriError `not_found` for one, `invalid_argument` for several. */
export function requireMembers(state: PopulationState, ids: readonly string[], field: string): void {
  const missing: Violation[] = [];
  let first = '';
  for (const [index, id] of ids.entries()) {
    if (state.members.has(id)) continue;
    first ||= id;
    missing.push({ field: `${field}[${index}]`, description: `"${id}" is not a member` });
  }
  if (missing.length === 1) throw notFound('member', first);
  if (missing.length > 1) throw invalid(missing, { reason: 'MEMBER_NOT_FOUND' });
}

/** Where sandboxes and populations meet: an individual of one tenant's is nothing to the sandboxes of another. */
export type Boundary = { scope: Scope; sandboxes: IndividualSandboxes };

/**
 * Ids whose sandboxes are not the tenant's.
 *
 * @throws PetriError `not_found` for one, `invalid_argument` for several
 */
export function refuseForeign(
  { scope, sandboxes }: Boundary,
  tenant: string,
  ids: readonly string[],
  field: string,
): void {
  const violations: Violation[] = [];
  let first: PetriError | undefined;
  for (const [index, id] of ids.entries()) {
    const owner = sandboxes.tenantOf(id);
    if (owner === undefined || owner === tenant) continue;
    first ??= foreign(scope, 'sandbox', id);
    violations.push({ field: `${field}[${index}]`, description: `there is no sandbox "${id}"` });
  }
  if (violations.length > 1) throw invalid(violations, { reason: 'SANDBOX_NOT_FOUND' });
  if (first !== undefined) throw first;
}

/** The changes by which newcomers join, and are born. @throws PetriError if any of them may not. */
export function joining(
  state: State,
  target: PopulationState,
  newcomers: readonly Newcomer[],
  at: { generation: number; size: number; nowMs: number; field: string; allowForeignParents: boolean },
  boundary: Boundary,
): Change[] {
  const { id: population, island, tenant } = target.population;
  const { graph, orphans } = state.of(tenant);
  const { generation, size, nowMs, field } = at;
  if (size + newcomers.length > MAX_MEMBERS)
    throw resourceExhausted(
      'POPULATION_FULL',
      `population "${population}" holds at most ${MAX_MEMBERS} members`,
    );
  const ids = newcomers.map(({ id }) => id);
  requireDistinct(ids, field);
  refuseForeign(boundary, tenant, ids, field);
  const changes: Change[] = [];
  const births: Announcement[] = [];
  const places: number[] = [];
  for (const [index, { id, genomeSha256 = '', birth }] of newcomers.entries()) {
    if (target.members.has(id)) throw alreadyExists('member', id);
    const row = { id, genomeSha256, generation, joinedAtMs: nowMs };
    changes.push({ table: 'member', population, id, row });
    if (orphans.has(id)) changes.push({ table: 'orphan', tenant, id });
    if (!birth) continue;
    births.push({
      id,
      parents: birth.parents,
      mutationType: birth.mutationType || mutationTypeOf(birth.parents.length),
      generation,
      island: birth.island || island,
      population,
      genomeSha256,
      bornAtMs: birth.bornAtMs ?? nowMs,
    });
    places.push(index);
  }
  const { allowForeignParents } = at;
  const nameOf = (index: number) => `${field}[${places[index]!}].birth`;
  const admitted = admit(graph, births, { allowForeignParents, nameOf, recorded: state.births });
  return [...changes, ...born(state, tenant, admitted)];
}

/**
 * The changes by which members leave; their fitness goes with them. Who has a sandbox is remembered, as that may be
 * garbage one day.
 */
export function leaving(
  target: PopulationState,
  ids: readonly string[],
  sandboxes: IndividualSandboxes,
): Change[] {
  const { id: population, generation, tenant } = target.population;
  return ids.flatMap((id): Change[] => {
    const row = { ...target.members.get(id)!, leftGeneration: generation };
    const isKept = sandboxes.tenantOf(id) === tenant;
    const left: Change = { table: 'member', population, id, ...(isKept ? { row } : {}) };
    return target.fitness.has(id) ? [left, { table: 'fitness', population, id }] : [left];
  });
}

/** The changes that record births that were admitted. */
export function born(state: State, tenant: string, admitted: readonly Announcement[]): Change[] {
  let sequence = state.birthSequence;
  return admitted.map((birth) => ({
    table: 'birth',
    tenant,
    id: birth.id,
    row: { ...birth, sequence: ++sequence },
  }));
}

/** What an operator with so many parents is called, unless it has a name of its own. */
export function mutationTypeOf(parents: number): string {
  return parents === 0 ? 'seed' : parents === 1 ? 'mutation' : 'crossover';
}

/** @throws PetriError naming every id that is none, or is given twice. */
export function requireDistinct(ids: readonly string[], field: string): void {
  const seen = new Set<string>();
  const violations: Violation[] = [];
  for (const [index, id] of ids.entries()) {
    const violation = idViolation(`${field}[${index}].id`, id);
    if (violation) violations.push(violation);
    else if (seen.has(id))
      violations.push({ field: `${field}[${index}].id`, description: `"${id}" is given twice` });
    seen.add(id);
  }
  if (violations.length > 0) throw invalid(violations);
}
