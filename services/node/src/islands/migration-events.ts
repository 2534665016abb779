import type { MigrationEvent } from '@petri/islands';
import type { MigrationResult, SandboxEvents } from '@petri/sandbox';

const RESULTS: Readonly<Record<MigrationEvent['kind'], MigrationResult>> = {
  SENT: 'sent',
  ADMITTED: 'admitted',
  DUPLICATE: 'duplicate',
  REJECTED: 'rejected',
  DROPPED: 'dropped',
};

/** What happens to migrants of the node's islands, among its events. */
export function migrationEvents(events: SandboxEvents): (event: MigrationEvent) => void {
  return ({ kind, island, count, migration, population, reason, message }) => {
    if (count === 0) return;
    const attributes = {
      'petri.island': island,
      ...(migration && { 'petri.migration.id': migration }),
      ...(reason && { 'petri.reason': reason }),
    };
    // Of nobody's tenant: islands belong to the node.
    events.migration(
      { id: '', tenant: '', population },
      { result: RESULTS[kind], count, reason: message, attributes },
    );
  };
}
