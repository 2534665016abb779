import { SandboxStatus, WorkerState } from '@petri/contracts/v1';
import type { SandboxStatus as StatusName, WorkerInfo } from '@petri/sandbox';
import { outcomeCounts } from '../mapping/enums.ts';
import { uint32, uint64 } from '../mapping/numbers.ts';
import { duration } from '../mapping/time.ts';
import type { AdminRoute } from '../parts.ts';

export const getNodeStatus: AdminRoute<'getNodeStatus'> =
  ({ runtime, clock, version, startedAt, draining, audit }) =>
  () => {
    const { workers, protections, sandboxes, runs, kills, workersLostToOthers } = runtime.status();
    const { enabled, written, lost } = audit.status;
    return {
      version,
      uptime: duration(clock.monotonic() - startedAt),
      draining: draining(),
      workers: workers.map(workerMessage),
      protections: protections.map(({ name, active, detail }) => ({ name, active, detail })),
      sandboxes: (Object.keys(sandboxes) as StatusName[]).map((status) => ({
        status: SandboxStatus[status],
        count: uint32(sandboxes[status] ?? 0),
      })),
      runs: totals(outcomeCounts(runs)),
      kills: totals(outcomeCounts(kills)),
      workersLostToOthers: uint64(workersLostToOthers),
      rssBytes: uint64(process.memoryUsage.rss()),
      ...(enabled ? { audit: { written: uint64(written), lost: uint64(lost) } } : {}),
    };
  };

function workerMessage({ pid, state, resident, inFlight, completed, rssBytes }: WorkerInfo) {
  return {
    pid: uint32(pid),
    state: WorkerState[state],
    resident: uint32(resident),
    inFlight: uint32(inFlight),
    completed: uint64(completed),
    rssBytes: uint64(rssBytes),
  };
}

function totals(counts: ReturnType<typeof outcomeCounts>) {
  return counts.map(({ outcome, count }) => ({ outcome, count: uint64(count) }));
}
