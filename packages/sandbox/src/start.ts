import { availableParallelism } from 'node:os';
import { Catalog } from './catalog.ts';
import { SandboxEvents } from './events/sandbox-events.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { SandboxRecord } from './record.ts';
import { Runtime } from './runtime.ts';
import type { SandboxStore } from './store.ts';
import { residentsPerWorker, workerBytes } from './supervisor/capacity.ts';
import { findConfinement } from './supervisor/confinement/confinement.ts';
import { NEEDED } from './supervisor/launch.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { workerScript } from './supervisor/worker-script.ts';
import type { Kill } from './api/kill.ts';
import type { SandboxRuntime } from './api/runtime.ts';

// Some kilobytes each, and what they were given.
const MOST_JOBS = 100_000;

export type RuntimeOptions = {
  /** Worker processes that take runs. Default: one for each core. */
  workers?: number;
  /** Warm workers that replace lost ones. Default 1. */
  spares?: number;
  /** Realms each worker keeps ready, so that creation and reload wait for none. Default 32 (42 MB). */
  warmRealms?: number;
  /** Sandboxes a worker holds before it hibernates the least recently used. Default: what memory there is for. */
  residentsPerWorker?: number;
  /** Runs, evaluations and loads that may wait or be under way on the node at once. Default 100,000. */
  maxPending?: number;
  /** Memory a worker may take before it has to give some back, in bytes. Default: what there is. */
  workerBytes?: number;
  /** Told of the CPU time of each job when it is over, on whose behalf it was done, in microseconds. */
  onUsed?: (tenant: string, cpuUs: number) => void;
  /** Told of each guest that was stopped, before its caller is; it must not throw. */
  onKilled?: (kill: Kill) => void;
  /** Told of each sandbox that is stopped because it took too many workers down, and why; it must not throw. */
  onStopped?: (sandbox: { id: string; tenant: string }, why: string) => void;
  /** Told of all that happens; closed with the runtime. Default: one of its own. */
  events?: SandboxEvents;
  /** Where sandboxes outlive the node, and come from now; the caller closes it afterwards. Default: nowhere. */
  store?: SandboxStore;
};

/** Starts workers and answers a runtime with the sandboxes of its store, hibernated. The caller closes it. */
export async function startSandboxRuntime(options: RuntimeOptions = {}): Promise<SandboxRuntime> {
  const workers = options.workers ?? availableParallelism();
  const [script, confinement] = await Promise.all([workerScript(), findConfinement(NEEDED)]);
  const fleet = {
    script,
    workers,
    spares: options.spares ?? 1,
    warmRealms: options.warmRealms ?? 32,
    warmBytes: DEFAULT_LIMITS.memoryBytes,
    capacity: options.residentsPerWorker ?? residentsPerWorker(workers),
    most: options.maxPending ?? MOST_JOBS,
    workerBytes: options.workerBytes ?? workerBytes(workers),
    wasmPages: 2_048,
    confinement,
  };
  const nobody = () => undefined;
  const { events = new SandboxEvents(), onKilled, onStopped = nobody, onUsed = nobody, store } = options;
  const catalog = new Catalog();
  for await (const stored of store?.load() ?? []) catalog.add(SandboxRecord.restore(stored));
  const killed = (kill: Kill) => {
    const { sandboxId: id = '', tenant } = kill;
    events.killed(catalog.find(id)?.identity ?? { id, tenant, population: '' }, kill);
    onKilled?.(kill);
  };
  const supervisor = await Supervisor.start(fleet, { killed, used: onUsed });
  const lost = (record: SandboxRecord, why = 'crashed') => {
    const stopped = record.workerLost(why, Date.now());
    if (stopped !== undefined) onStopped(record.identity, stopped);
  };
  return new Runtime(supervisor, workers, catalog, events, lost, store);
}
