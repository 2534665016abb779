import type { EventKind, Petri } from '@petri/client';

const KINDS = [
  'ISLAND_MIGRATION_SENT',
  'ISLAND_MIGRATION_ADMITTED',
  'ISLAND_MIGRATION_DUPLICATE',
  'ISLAND_MIGRATION_REJECTED',
  'ISLAND_MIGRATION_DROPPED',
] as const satisfies readonly EventKind[];

/** What became of a migrant. */
export interface Move {
  readonly what: 'sent' | 'admitted' | 'duplicate' | 'rejected' | 'dropped';
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** Why it was turned away, for people. */
  readonly reason: string;
}

export interface TrafficOptions {
  readonly petri: Petri;
  /** On this node. */
  readonly population: string;
  readonly signal: AbortSignal;
  readonly onMove: (move: Move) => void;
  /** The node was started anew. */
  readonly onRestart: () => void;
}

/** Migrations of a population as its node tells them, until the signal. */
export async function watchTraffic({
  petri,
  population,
  signal,
  onMove,
  onRestart,
}: TrafficOptions): Promise<void> {
  try {
    for await (const event of petri.events.watch({ kinds: KINDS, populations: [population], signal })) {
      if (event.kind === 'GAP') {
        if (event.restarted) onRestart();
        continue;
      }
      const { kind, attributes, reason } = event;
      onMove({
        what: kind.slice('ISLAND_MIGRATION_'.length).toLowerCase() as Move['what'],
        from: attributes['petri.migration.from'] ?? '',
        to: attributes['petri.migration.to'] ?? '',
        count: Number(attributes['petri.migration.count'] ?? 1),
        reason,
      });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
