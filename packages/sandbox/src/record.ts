import { failedPrecondition } from '@petri/core';
import { Gate } from './gate.ts';
import { codeBytes } from './genome.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { BuildPlan, ScanOrder } from './protocol.ts';
import { RunQueue } from './run-queue.ts';
import type { ScanReport } from './scan/finding.ts';
import type { Keeping } from './state-keeper.ts';
import type { StoredSandbox } from './store.ts';
import { Residence } from './supervisor/residence.ts';
import type {
  IsolationLevel,
  SandboxError,
  SandboxInfo,
  SandboxStatus,
  SecurityProfile,
} from './api/sandbox.ts';
import { type Draft, ModuleTable } from './versions.ts';

// Restart intensity: a sandbox that takes more workers than this with it, in so short a time, is stopped.
const MAX_LOSSES = 3;
const LOSS_WINDOW_MS = 5_000;

export type Identity = {
  id: string;
  /** Whose it is. */
  tenant: string;
  isolation: IsolationLevel;
  securityProfile: SecurityProfile;
  population: string;
  labels: Readonly<Record<string, string>>;
  createdAtMs: number;
  /** What it was made for, if it came with others. */
  restore?: string;
};

/** Told that a run or load of it took its worker down, and why, if that is known. */
export type WorkerLost = (record: SandboxRecord, why: string | undefined) => void;

/** The truth about one sandbox: code, committed state, limits. What workers hold is a cache of it. */
export class SandboxRecord {
  readonly identity: Identity;
  modules: ModuleTable;
  readonly gate = new Gate();
  limits: Limits;
  status: SandboxStatus = 'INITIALIZING';
  stateJson: string;
  /** Absent when everything is kept, or nothing ever is. */
  keeping: Keeping | undefined;
  updatedAtMs: number;
  restartCount = 0;
  error: SandboxError | undefined;
  revision = 0;
  /** What the scan had to say of the code in force. */
  scan: ScanReport | undefined;
  residence: Residence;
  /** When it last began or ended a run; when it was made, until then. Not kept beyond the node's life. */
  usedAtMs = Date.now();
  /** Runs accepted and not answered. */
  readonly queue = new RunQueue();
  runs = 0;
  cpuTotalUs = 0;
  heapBytes = 0;
  externalBytes = 0;
  destroying: Promise<unknown> | undefined;
  #losses: number[] = [];

  constructor(identity: Identity, modules: ModuleTable, limits: Limits, stateJson: string) {
    this.identity = identity;
    this.modules = modules;
    this.limits = limits;
    this.stateJson = stateJson;
    this.updatedAtMs = identity.createdAtMs;
    this.residence = this.newResidence();
  }

  /** As it was when it was stored. Nothing is built of it yet. */
  static restore(stored: StoredSandbox): SandboxRecord {
    const { identity, entry, modules, limits, stateJson, error } = stored;
    const table = ModuleTable.restore(entry, modules);
    // Limits that are newer than what is stored have their defaults.
    const record = new SandboxRecord(identity, table, { ...DEFAULT_LIMITS, ...limits }, stateJson);
    record.become(error === undefined ? 'RUNNING' : 'ERROR', stored.updatedAtMs, error);
    record.revision = stored.revision;
    record.restartCount = stored.restartCount;
    record.scan = stored.scan;
    return record;
  }

  newResidence(): Residence {
    return new Residence(this.identity, this.identity.isolation === 'PROCESS');
  }

  /** An expression needs no code. @throws PetriError failed_precondition, saying what to do */
  requireRunnable(needsCode: boolean): void {
    const { id } = this.identity;
    if (this.status === 'ERROR') {
      const why = this.error?.message ?? 'unknown';
      throw failedPrecondition(
        'SANDBOX_ERROR',
        `sandbox "${id}" is in ERROR (${why}): restart it or load other code`,
      );
    }
    if (this.status === 'STOPPING' || this.status === 'STOPPED')
      throw failedPrecondition('SANDBOX_STOPPING', `sandbox "${id}" is being destroyed`);
    if (needsCode && this.modules.entry === '' && this.status === 'RUNNING')
      throw failedPrecondition('NO_CODE', `sandbox "${id}" has no code yet: load some with ReloadSource`);
  }

  /** Puts new code, and the state it comes with, in force. */
  commitCode(
    modules: ModuleTable,
    stateJson: string,
    residence: Residence,
    scan: ScanReport | undefined,
    nowMs: number,
  ): void {
    this.modules = modules;
    this.scan = scan;
    this.stateJson = stateJson;
    this.revision++;
    this.residence = residence;
    this.become('RUNNING', nowMs);
  }

  commitState(stateJson: string): void {
    this.stateJson = stateJson;
    this.revision++;
  }

  become(status: SandboxStatus, nowMs: number, error?: SandboxError): void {
    this.status = status;
    this.error = error;
    this.updatedAtMs = nowMs;
  }

  /** It was started anew because somebody wants it to be: what it did before is not held against it. */
  forgive(): void {
    this.#losses = [];
  }

  setLimits(limits: Limits, nowMs: number): void {
    this.limits = limits;
    this.updatedAtMs = nowMs;
  }

  /** Counts a worker lost to this sandbox's run, and stops the sandbox if there were too many: then it answers why. */
  workerLost(why: string, nowMs: number): string | undefined {
    this.restartCount++;
    this.#losses = [...this.#losses.filter((at) => nowMs - at < LOSS_WINDOW_MS), nowMs];
    const ending = this.status === 'STOPPING' || this.status === 'STOPPED';
    if (this.#losses.length <= MAX_LOSSES || ending) return undefined;
    const message = `took ${this.#losses.length} workers down within ${LOSS_WINDOW_MS / 1000} s, last: ${why}`;
    this.become('ERROR', nowMs, { reason: 'RESTART_INTENSITY', message, occurredAtMs: nowMs });
    return message;
  }

  /** Refuses all that waits for its turn. */
  refuseWaiting(error: unknown): void {
    this.queue.clear(error);
    this.gate.clear(error);
  }

  /** What a worker needs to build the sandbox as it now is. */
  plan(): BuildPlan {
    return { ...planOf(this.modules.current, this.identity, this.limits), stateJson: this.stateJson };
  }

  /** The same for code that may not be in force yet, and has to be scanned. */
  planFor(draft: Draft): BuildPlan {
    const scan: ScanOrder = { profile: this.identity.securityProfile, advice: true };
    return { ...planOf(draft, this.identity, this.limits), stateJson: this.stateJson, scan };
  }

  /** What outlives the node. */
  stored(): StoredSandbox {
    const { identity, limits, modules, stateJson, revision, restartCount, updatedAtMs, error, scan } = this;
    const { entry, histories } = modules;
    const stored = {
      identity,
      limits,
      entry,
      modules: histories,
      stateJson,
      revision,
      restartCount,
      updatedAtMs,
      ...(scan === undefined ? {} : { scan }),
    };
    return error === undefined ? stored : { ...stored, error };
  }

  info(): SandboxInfo {
    const { status, updatedAtMs, restartCount, error, revision, limits, modules, scan } = this;
    return {
      ...this.identity,
      status,
      limits,
      entry: modules.entry,
      modules: modules.activeVersions(),
      updatedAtMs,
      restartCount,
      error,
      revision,
      scan,
    };
  }
}

/** Only what isolation, profile and population say of an identity matters to a build. */
export function planOf(
  draft: Draft,
  identity: Pick<Identity, 'tenant' | 'isolation' | 'securityProfile' | 'population'>,
  limits: Limits,
): BuildPlan {
  return {
    modules: [...draft.modules].map(([name, { code }]) => ({
      name,
      language: code.language,
      text: code.language === 'wasm' ? Buffer.from(codeBytes(code)).toString('base64') : code.source,
    })),
    entry: draft.entry,
    stateJson: '{}',
    memoryBytes: limits.memoryBytes,
    outputBytes: limits.outputBytes,
    logBytes: limits.logBytes,
    stateBytes: limits.stateBytes,
    maxTasks: limits.maxTasks,
    strict: identity.securityProfile === 'HIGH',
    group: identity.isolation === 'REALM' ? `population:${identity.population} of ${identity.tenant}` : '',
  };
}
