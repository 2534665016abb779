import { alreadyExists, failedPrecondition, invalid, resourceExhausted, type Violation } from '@petri/core';
import type { Birth } from '../types.ts';
import type { Graph } from './graph.ts';

/** A birth before it is admitted. */
export type Announcement = Omit<Birth, 'sequence'>;

/** As many as any crossover that anybody published takes, and some. */
export const MAX_PARENTS = 64;
/** About 1 GB; a graph that grows for ever must end somewhere that can be seen. */
const MAX_BIRTHS = 1_000_000;

type Admission = {
  /** Whether parents that were not born here are taken as foreign, as those of a migrant are. */
  allowForeignParents: boolean;
  /** What a birth is called in the request, such as `births[3]`. */
  nameOf: (index: number) => string;
  /** Births that are recorded, of all tenants. */
  recorded: number;
};

/**
 * Those of the births that are new, if all of them may be recorded; a birth that is recorded already, just as it is, is
 * left out. Parents may come later in the same list.
 *
 * @throws PetriError `invalid_argument`, reason LINEAGE_CYCLE, for one that would be its own ancestor; `already_exists`
 * for an individual with another birth; `failed_precondition`, reason LINEAGE_PARENT_UNKNOWN, naming all of them;
 * `resource_exhausted`.
 */
export function admit(
  graph: Graph,
  births: readonly Announcement[],
  { allowForeignParents, nameOf, recorded: held }: Admission,
): Announcement[] {
  const fresh = new Map<string, Announcement>();
  const violations: Violation[] = [];
  for (const [index, birth] of births.entries()) {
    violations.push(...violationsOf(birth, nameOf(index)));
    const recorded = graph.birthOf(birth.id) ?? fresh.get(birth.id);
    if (recorded === undefined) fresh.set(birth.id, birth);
    else if (!sameBirth(recorded, birth)) throw alreadyExists('lineage', birth.id);
  }
  if (violations.length > 0) throw invalid(violations);
  if (held + fresh.size > MAX_BIRTHS)
    throw resourceExhausted('LINEAGE_FULL', `the node's lineage holds at most ${MAX_BIRTHS} individuals`);
  if (!allowForeignParents) refuseUnknownParents(graph, fresh);
  refuseCycles(graph, fresh);
  return [...fresh.values()];
}

function violationsOf({ id, parents }: Announcement, place: string): Violation[] {
  const field = `${place}.parents`;
  if (parents.length > MAX_PARENTS)
    return [{ field, description: `must have at most ${MAX_PARENTS} elements, has ${parents.length}` }];
  if (new Set(parents).size < parents.length) return [{ field, description: 'names a parent twice' }];
  return parents.includes(id) ? [{ field, description: `names "${id}" as its own parent` }] : [];
}

export function sameBirth(a: Announcement, b: Announcement): boolean {
  return (
    a.mutationType === b.mutationType &&
    a.generation === b.generation &&
    a.parents.length === b.parents.length &&
    a.parents.every((parent, at) => parent === b.parents[at])
  );
}

function refuseUnknownParents(graph: Graph, fresh: ReadonlyMap<string, Announcement>): void {
  const unknown = new Set<string>();
  for (const { parents } of fresh.values())
    for (const parent of parents)
      if (!fresh.has(parent) && graph.placeOf(parent) === undefined) unknown.add(parent);
  if (unknown.size === 0) return;
  const [names, rest] = [[...unknown].slice(0, 10), unknown.size - 10];
  const listed = `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  throw failedPrecondition(
    'LINEAGE_PARENT_UNKNOWN',
    `no birth is recorded of the parents ${listed}: record theirs first, or allow foreign parents`,
  );
}

/** Only what is new can close a circle, and only through one that was foreign or is new. */
function refuseCycles(graph: Graph, fresh: ReadonlyMap<string, Announcement>): void {
  const fillsGap = [...fresh.keys()].some((id) => graph.placeOf(id) !== undefined);
  const parentsOf = (id: string): readonly string[] => {
    const birth = fresh.get(id);
    if (birth) return birth.parents;
    const place = fillsGap ? graph.placeOf(id) : undefined;
    return place === undefined ? [] : graph.parentsAt(place).map((parent) => graph.idAt(parent));
  };
  const [open, closed] = [new Set<string>(), new Set<string>()];
  for (const start of fresh.keys()) {
    if (closed.has(start)) continue;
    const way: { id: string; parents: readonly string[]; next: number }[] = [];
    const enter = (id: string) => {
      if (open.has(id)) throw cycle(id);
      if (closed.has(id)) return;
      open.add(id);
      way.push({ id, parents: parentsOf(id), next: 0 });
    };
    enter(start);
    for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
      if (at.next < at.parents.length) enter(at.parents[at.next++]!);
      else {
        open.delete(at.id);
        closed.add(at.id);
        way.pop();
      }
    }
  }
}

function cycle(id: string) {
  const description = `"${id}" would be its own ancestor`;
  return invalid([{ field: 'parents', description }], { reason: 'LINEAGE_CYCLE' });
}
