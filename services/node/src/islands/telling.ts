import { type MembershipEvent, membershipSentence, type OnMigration, type Travel } from '@petri/islands';
import type { SandboxEvents } from '@petri/sandbox';
import type { NodeIslands } from './node-islands.ts';

/** Migrants among the node's events. Whose a population is, its migrants are. */
export function tellOfMigrants(events: SandboxEvents, islands: Pick<NodeIslands, 'find'>): OnMigration {
  return (travel, move) =>
    events.migration(attributesOf(travel), async () => {
      const moved = await move();
      if (moved === undefined) return undefined;
      const { kind, individual, count, reason: why, message: reason } = moved;
      const { id: population = '', tenant = '' } = islands.find(travel.island, travel.population) ?? {};
      const result = kind.toLowerCase() as Lowercase<typeof kind>;
      return { result, subject: { id: individual, tenant, population }, count, why, reason };
    });
}

type Told = {
  events: SandboxEvents;
  /** This node. */
  self: string;
  inform: (sentence: string) => void;
  complain: (sentence: string) => void;
};

/** Comings and goings of nodes, among the node's events and as sentences. */
export function tellOfMembers({ events, self, inform, complain }: Told): (event: MembershipEvent) => void {
  return (event) => {
    const { kind, node, incarnation } = event;
    if (node === self && kind !== 'SUCCEEDED') return;
    const attributes = { 'petri.member.node': node, 'petri.member.incarnation': String(incarnation) };
    events.membership(kind.toLowerCase(), attributes);
    if (node === self)
      complain(`archipelago: a later start of "${node}" has taken its place; this process steps back`);
    else inform(membershipSentence(event));
  };
}

function attributesOf({ island, migration, from, to, genomeSha256 }: Travel): Record<string, string> {
  const known = {
    'petri.island': island,
    'petri.migration.id': migration,
    'petri.migration.from': from,
    'petri.migration.to': to,
    'petri.genome.sha256': genomeSha256,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== ''));
}
