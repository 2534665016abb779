import type { Kill } from '@petri/sandbox';
import type { AuditEntry } from '@petri/serving';

/** A guest was stopped. What it said of itself is not repeated. */
export function killEntry({
  sandboxId = '',
  tenant,
  task,
  outcome,
  reason,
  workerLost,
  cpuUs,
  wallUs,
}: Kill): AuditEntry {
  const used = `${Math.round(wallUs / 1000)} ms, ${Math.round(cpuUs / 1000)} ms of CPU`;
  const message = `${task}: ${used}${workerLost ? '; its worker was lost' : ''}`;
  return { event: 'kill', sandbox: sandboxId, tenant, result: outcome, reason, message };
}

/** A sandbox was stopped, because it took worker after worker down. */
export function stopEntry({ id, tenant }: { id: string; tenant: string }, why: string): AuditEntry {
  return { event: 'stop', sandbox: id, tenant, reason: 'RESTART_INTENSITY', message: why };
}
