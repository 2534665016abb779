import type { Catalog } from './catalog.ts';
import type { SandboxRecord } from './record.ts';
import type { Lane } from './supervisor/lane.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import type { WorkerProcess } from './supervisor/worker-process.ts';
import type { RuntimeStatus, WorkerInfo } from './api/status.ts';
import type { ResourceUsage, SandboxActivity } from './api/usage.ts';

/** What one sandbox uses now. A hibernated one is not woken for it. */
export async function usageOf(
  record: SandboxRecord,
  supervisor: Supervisor,
  nowMs: number,
): Promise<ResourceUsage> {
  const { residence, limits, identity } = record;
  const isResident = () => residence.lane !== undefined && residence.planned;
  let tasks = 0;
  if (isResident() && record.queue.size === 0) {
    const { answer } = await supervisor.submit({
      task: { kind: 'usage', wallMs: 1_000 },
      residence,
      plan: () => record.plan(),
      cpuMs: limits.cpuTimeMs,
      memoryBytes: limits.memoryBytes,
    });
    if (answer.o === 0) {
      record.heapBytes = answer.h;
      record.externalBytes = answer.x;
      tasks = answer.tasks ?? 0;
    }
  }
  const resident = isResident(); // its worker may have been lost meanwhile
  return {
    heapBytes: resident ? record.heapBytes : 0,
    externalBytes: resident ? record.externalBytes : 0,
    memoryLimitBytes: limits.memoryBytes,
    tasks,
    queuedRuns: record.queue.size,
    cpuTotalUs: record.cpuTotalUs,
    runs: record.runs,
    uptimeMs: nowMs - identity.createdAtMs,
    resident,
    workerPid: resident ? (residence.lane?.worker.pid ?? 0) : 0,
    restarts: record.restartCount,
    stateBytes: Buffer.byteLength(record.stateJson),
  };
}

/** What an isolate takes beside its heap, as measured for a small one. */
const ISOLATE_BYTES = 1_300_000;

export function activityOf(record: SandboxRecord): SandboxActivity {
  const { identity, status, residence, error } = record;
  const settled = status === 'RUNNING' || status === 'ERROR';
  const resident = residence.lane !== undefined && residence.planned;
  return {
    id: identity.id,
    tenant: identity.tenant,
    createdAtMs: identity.createdAtMs,
    usedAtMs: Math.max(record.usedAtMs, record.updatedAtMs),
    busy: !settled || record.queue.size > 0 || residence.inFlight > 0 || record.destroying !== undefined,
    failedAtMs: status === 'ERROR' ? error?.occurredAtMs : undefined,
    residentBytes: resident ? ISOLATE_BYTES + record.heapBytes + record.externalBytes : 0,
  };
}

export function runtimeStatus(supervisor: Supervisor, catalog: Catalog): RuntimeStatus {
  const [sample] = [...[...supervisor.lanes].map(({ worker }) => worker), ...supervisor.spares];
  const workers = [
    ...[...supervisor.lanes].map(activeWorker),
    ...supervisor.spares.map((worker) => workerInfo(worker, 'SPARE', 0, 0, 0)),
  ];
  return {
    workers,
    protections: sample?.protections ?? [],
    sandboxes: catalog.countByStatus(),
    runs: Object.fromEntries(supervisor.ledger.runs),
    kills: Object.fromEntries(supervisor.ledger.kills),
    workersLostToOthers: supervisor.workersLostToOthers,
  };
}

function activeWorker(lane: Lane): WorkerInfo {
  const state = lane.held ? 'HELD' : 'ACTIVE';
  return workerInfo(lane.worker, state, lane.residences.size, lane.load, lane.completed);
}

function workerInfo(
  worker: WorkerProcess,
  state: WorkerInfo['state'],
  resident: number,
  inFlight: number,
  completed: number,
): WorkerInfo {
  return { pid: worker.pid, state, resident, inFlight, completed, rssBytes: worker.sample()?.rssBytes ?? 0 };
}
