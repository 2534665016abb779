import { alreadyExists, failedPrecondition, idViolation, invalid, newId } from '@petri/core';
import { Candidates } from './candidates.ts';
import type { Catalog } from './catalog.ts';
import { CodePool } from './code-pool.ts';
import { Endings } from './endings.ts';
import type { CollectReason } from './events/event.ts';
import type { SandboxEvents } from './events/sandbox-events.ts';
import type { Genome } from './genome.ts';
import { compileLimits, type LimitsChange } from './limits.ts';
import { checkDraft, Loads } from './loads.ts';
import type { GuestError, RunResult, RunSpec } from './outcome.ts';
import { type Identity, SandboxRecord, type WorkerLost } from './record.ts';
import { Runs } from './runs.ts';
import type { ScanReport } from './scan/finding.ts';
import { StateKeeper } from './state-keeper.ts';
import type { SandboxStore } from './store.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import { archiveOf, capture, recordOf } from './archive.ts';
import { activityOf, runtimeStatus, usageOf } from './report.ts';
import type { CapturedSandbox, ImportOptions, SandboxArchive } from './api/archive.ts';
import type { CallOptions, Scope } from './api/call.ts';
import type { CandidateOptions, Evaluation, EvaluationSpec } from './api/evaluation.ts';
import type { ModuleHistoryInfo, ModuleVersionInfo } from './api/module.ts';
import type { ReloadAnswer, ReloadSpec, RollbackSpec } from './api/reload.ts';
import type { SandboxRuntime } from './api/runtime.ts';
import type {
  CreateSpec,
  ListPage,
  ListQuery,
  SandboxError,
  SandboxInfo,
  SandboxStatus,
  SecurityProfile,
} from './api/sandbox.ts';
import type { RuntimeStatus } from './api/status.ts';
import type { Holdings, ResourceUsage, SandboxActivity } from './api/usage.ts';
import { ModuleTable } from './versions.ts';

const DEFAULT_GRACE_MS = 5_000;
// Enough runs under way to fill what each worker is sent ahead (supervisor/lane.ts), and as many to wait behind them.
const RUNS_PER_WORKER = 512;

/** Code of a sandbox in one of these may have been stored, and is not in force yet: nothing else of it may be stored. */
const CHANGING: readonly SandboxStatus[] = ['INITIALIZING', 'COMPILING', 'STARTING', 'RELOADING'];

/** Sandboxes on workers; made by start.ts. */
export class Runtime implements SandboxRuntime {
  readonly concurrency: number;
  readonly #supervisor: Supervisor;
  readonly #catalog: Catalog;
  readonly #codes = new CodePool();
  readonly #loads: Loads;
  readonly #runs: Runs;
  readonly #candidates: Candidates;
  readonly #endings: Endings;
  readonly #events: SandboxEvents;
  readonly #store: SandboxStore | undefined;
  readonly #now = Date.now;

  constructor(
    supervisor: Supervisor,
    workers: number,
    catalog: Catalog,
    events: SandboxEvents,
    lost: WorkerLost,
    store: SandboxStore | undefined,
  ) {
    this.#supervisor = supervisor;
    this.#catalog = catalog;
    this.#events = events;
    this.#store = store;
    this.#loads = new Loads(supervisor, this.#now, lost, store);
    const keeper = store === undefined ? undefined : new StateKeeper(store, supervisor);
    this.#runs = new Runs(catalog, supervisor, this.#now, events, lost, keeper);
    this.#candidates = new Candidates(supervisor, events);
    this.#endings = new Endings(supervisor, catalog, store, this.#now);
    this.concurrency = workers * RUNS_PER_WORKER;
    events.observe(() => this.status());
  }

  async create(spec: CreateSpec, options: CallOptions = {}): Promise<SandboxInfo> {
    const record = this.#newRecord(spec);
    return this.#events.create(record.identity, () => this.#create(record, spec, options));
  }

  async #create(
    record: SandboxRecord,
    { genome, loadTimeoutMs }: CreateSpec,
    options: CallOptions,
  ): Promise<SandboxInfo> {
    if (genome === undefined) {
      this.#catalog.add(record);
      await this.#orRemove(record, () => this.#unbuilt(record));
      return record.info();
    }
    const draft = this.#codes.share(record.modules.draft(genome.modules, [], genome.entry, this.#now()));
    checkDraft(draft, record.limits, record.identity.securityProfile);
    this.#catalog.add(record);
    const load = loadTimeoutMs === undefined ? {} : { loadTimeoutMs };
    await this.#orRemove(record, () =>
      record.gate.exclusive(() => this.#loads.first(record, draft, load, options)),
    );
    return record.info();
  }

  get(id: string, { tenant }: Scope = {}): SandboxInfo {
    return this.#catalog.require(id, tenant).info();
  }

  find(id: string): SandboxInfo | undefined {
    return this.#catalog.find(id)?.info();
  }

  list(query: ListQuery): ListPage {
    return this.#catalog.list(query, this.#now());
  }

  async updateLimits(id: string, change: LimitsChange, { tenant }: Scope = {}): Promise<SandboxInfo> {
    const record = this.#catalog.require(id, tenant);
    const set = () => this.#setLimits(record, change);
    await (CHANGING.includes(record.status) ? record.gate.exclusive(set) : set());
    return record.info();
  }

  async #setLimits(record: SandboxRecord, change: LimitsChange): Promise<void> {
    if (record.destroying !== undefined) throw stopping(record.identity.id);
    const { limits: before, updatedAtMs } = record;
    const limits = compileLimits(change, before);
    this.#catalog.setLimits(record, limits, this.#now());
    try {
      await this.#store?.put(record.stored());
    } catch (thrown) {
      if (record.limits === limits) this.#catalog.setLimits(record, before, updatedAtMs);
      throw thrown;
    }
    // What is under way keeps the limits it was built with; the next run is built anew.
    const forget = () => Promise.resolve(record.residence.forget());
    record.gate.exclusive(forget).catch(() => undefined); // it is being destroyed: there is no next run
  }

  async restart(
    id: string,
    { resetState = false, tenant }: Scope & { resetState?: boolean } = {},
  ): Promise<SandboxInfo> {
    const record = this.#catalog.require(id, tenant);
    await record.gate.exclusive(async () => {
      if (record.destroying !== undefined) throw stopping(id);
      if (resetState) record.commitState('{}');
      record.restartCount++;
      record.forgive();
      try {
        if (record.modules.entry === '') record.become('RUNNING', this.#now());
        else await this.#loads.first(record, record.modules.current, {}, {});
      } catch (thrown) {
        const message = thrown instanceof Error ? thrown.message : String(thrown);
        record.become('ERROR', this.#now(), { reason: 'START_FAILED', message, occurredAtMs: this.#now() });
        await this.#store?.put(record.stored());
        throw thrown;
      }
      if (record.modules.entry === '') await this.#store?.put(record.stored());
    });
    return record.info();
  }

  destroy(
    id: string,
    {
      graceMs = DEFAULT_GRACE_MS,
      tenant,
      collected,
    }: Scope & { graceMs?: number; collected?: CollectReason } = {},
  ): Promise<{ sandbox: SandboxInfo; stopError?: GuestError }> {
    let record: SandboxRecord;
    try {
      record = this.#catalog.require(id, tenant);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
    record.destroying ??= this.#events.destroy(record.identity, collected, () =>
      this.#endings.end(record, graceMs),
    );
    return record.destroying as ReturnType<Runtime['destroy']>;
  }

  async reload(id: string, spec: ReloadSpec, options: CallOptions = {}): Promise<ReloadAnswer> {
    const record = this.#catalog.require(id, options.tenant);
    const draft = () =>
      this.#codes.share(record.modules.draft(spec.modules, spec.remove ?? [], spec.entry ?? '', this.#now()));
    const result = await this.#events.reload(record.identity, () =>
      this.#loads.reload(record, draft, spec, options),
    );
    return { result, sandbox: record.info() };
  }

  async rollback(id: string, spec: RollbackSpec, options: CallOptions = {}): Promise<ReloadAnswer> {
    const record = this.#catalog.require(id, options.tenant);
    const draft = () => record.modules.rollback(spec.module || record.modules.entry, spec.version ?? 0);
    const result = await this.#events.reload(record.identity, () =>
      this.#loads.reload(record, draft, spec, options),
    );
    return { result, sandbox: record.info() };
  }

  moduleVersion(id: string, module: string, version = 0, { tenant }: Scope = {}): ModuleVersionInfo {
    return this.#catalog.require(id, tenant).modules.version(module, version);
  }

  moduleHistory(id: string, module: string, { tenant }: Scope = {}): ModuleHistoryInfo {
    return this.#catalog.require(id, tenant).modules.history(module);
  }

  export(id: string, { tenant }: Scope = {}): SandboxArchive {
    return archiveOf(this.#catalog.require(id, tenant), this.#now());
  }

  capture(ids: Iterable<string>, { tenant }: Scope = {}): CapturedSandbox[] {
    const nowMs = this.#now();
    const captured: CapturedSandbox[] = [];
    for (const id of ids) {
      const record = this.#catalog.find(id);
      if (record === undefined || record.destroying !== undefined) continue;
      if (tenant !== undefined && record.identity.tenant !== tenant) continue;
      const isMade = record.modules.entry !== '' || !CHANGING.includes(record.status);
      if (isMade) captured.push(capture(record, nowMs));
    }
    return captured;
  }

  async import(archive: SandboxArchive, options: ImportOptions = {}): Promise<SandboxInfo> {
    const record = recordOf(archive, options, this.#now());
    this.#codes.share(record.modules.current);
    return this.#events.create(record.identity, async () => {
      this.#catalog.add(record);
      await this.#orRemove(record, () => this.#bringBack(record, options.error));
      return record.info();
    });
  }

  #bringBack(record: SandboxRecord, error: SandboxError | undefined): Promise<void> {
    if (error === undefined && record.modules.entry !== '')
      return record.gate.exclusive(() => this.#loads.first(record, record.modules.current, {}, {}));
    return this.#unbuilt(record, error);
  }

  run(id: string, spec: RunSpec, options: CallOptions = {}): Promise<RunResult> {
    return this.#runs.run(id, spec, options);
  }

  evaluate(id: string, spec: EvaluationSpec, options: CallOptions = {}): Promise<Evaluation> {
    return this.#runs.evaluate(id, spec, options);
  }

  evaluateGenome(
    genome: Genome,
    spec: EvaluationSpec,
    group: string,
    candidate: CandidateOptions,
    options: CallOptions = {},
  ): Promise<Evaluation> {
    return this.#candidates.evaluate(genome, spec, group, candidate, options);
  }

  scan(genome: Genome, profile: SecurityProfile, options: CallOptions = {}): Promise<ScanReport> {
    return this.#candidates.scan(genome, profile, options);
  }

  usage(id: string, { tenant }: Scope = {}): Promise<ResourceUsage> {
    return usageOf(this.#catalog.require(id, tenant), this.#supervisor, this.#now());
  }

  holdings(): ReadonlyMap<string, Readonly<Holdings>> {
    return this.#catalog.holdings;
  }

  ids(): string[] {
    return this.#catalog.ids();
  }

  activity(id: string): SandboxActivity | undefined {
    const record = this.#catalog.find(id);
    return record && activityOf(record);
  }

  hibernate(id: string): boolean {
    const record = this.#catalog.find(id);
    if (record === undefined) return false;
    const { busy, residentBytes } = activityOf(record);
    // A worker of its own has nobody else to make room for.
    if (busy || residentBytes === 0 || record.residence.alone) return false;
    record.residence.forget();
    return true;
  }

  status(): RuntimeStatus {
    return runtimeStatus(this.#supervisor, this.#catalog);
  }

  close(): Promise<void> {
    this.#events.close();
    return this.#supervisor.close();
  }

  /** @throws PetriError invalid_argument, already_exists */
  #newRecord(spec: CreateSpec): SandboxRecord {
    const { isolation = 'ISOLATE', securityProfile = 'MEDIUM', population = '', labels = {} } = spec;
    const { tenant = '' } = spec;
    const id = spec.id || newId('sb');
    const violations = [idViolation('id', id) ?? []].flat();
    if (population !== '') violations.push(...[idViolation('population', population) ?? []].flat());
    else if (isolation === 'REALM')
      violations.push({
        field: 'population',
        description: 'is required for REALM: its members share isolates',
      });
    if (violations.length > 0) throw invalid(violations);
    if (this.#catalog.has(id)) throw alreadyExists('sandbox', id);
    const identity: Identity = {
      id,
      tenant,
      isolation,
      securityProfile,
      population,
      labels,
      createdAtMs: this.#now(),
    };
    const limits = compileLimits(spec.limits);
    const stateJson = spec.stateJson ?? '{}';
    if (Buffer.byteLength(stateJson) > limits.stateBytes)
      throw invalid([{ field: 'state', description: `is larger than ${limits.stateBytes} bytes as JSON` }]);
    return new SandboxRecord(identity, new ModuleTable(), limits, stateJson);
  }

  #unbuilt(record: SandboxRecord, error?: SandboxError): Promise<void> {
    return record.gate.exclusive(async () => {
      record.become(error === undefined ? 'RUNNING' : 'ERROR', this.#now(), error);
      await this.#store?.put(record.stored());
    });
  }

  /** A sandbox whose first code can't be loaded or kept was never there. */
  async #orRemove(record: SandboxRecord, load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (thrown) {
      this.#catalog.remove(record);
      record.refuseWaiting(thrown);
      throw thrown;
    }
  }
}

function stopping(id: string): Error {
  return failedPrecondition('SANDBOX_STOPPING', `sandbox "${id}" is being destroyed`);
}
