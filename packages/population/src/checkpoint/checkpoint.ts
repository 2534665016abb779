import type { Announcement } from '../lineage/admission.ts';
import type { Graph } from '../lineage/graph.ts';
import type { MemberInfo } from '../populations.ts';
import type { PopulationState, TenantState } from '../state.ts';
import type { Birth, Member, Pin, Population } from '../types.ts';

/** A population at one moment, with all that is recorded of its individuals. */
export type Checkpoint = {
  population: Population;
  members: readonly MemberInfo[];
  former: readonly Member[];
  /** Of members, former ones and all their ancestors, in the order in which they were recorded. */
  births: readonly Announcement[];
  /** Of members and former ones. */
  pins: readonly Pin[];
};

/** Rows never change once they are recorded, so that these need no copying. */
export function checkpointOf(target: PopulationState, { graph, pins }: TenantState): Checkpoint {
  const { population, members, former, fitness } = target;
  const ids = [...members.keys(), ...former.keys()];
  return {
    population,
    members: [...members.values()].map((member) => {
      const found = fitness.get(member.id);
      return found ? { ...member, fitness: found } : member;
    }),
    former: [...former.values()],
    births: ancestry(graph, ids),
    pins: ids.flatMap((id) => pins.get(id) ?? []),
  };
}

/** Births of these and of all their ancestors, each once. */
function ancestry(graph: Graph, ids: readonly string[]): Birth[] {
  const seen = new Uint8Array(graph.size);
  const pending: number[] = [];
  const reach = (place: number | undefined) => {
    if (place === undefined || seen[place] === 1) return;
    seen[place] = 1;
    pending.push(place);
  };
  for (const id of ids) reach(graph.placeOf(id));
  for (let place = pending.pop(); place !== undefined; place = pending.pop())
    for (const parent of graph.parentsAt(place)) reach(parent);
  const births: Birth[] = [];
  // Mostly in the order of recording already, which the sort of the language makes use of.
  for (const [place, isAmong] of seen.entries()) {
    const birth = isAmong === 1 ? graph.birthAt(place) : undefined;
    if (birth) births.push(birth);
  }
  return births.sort((a, b) => a.sequence - b.sequence);
}
