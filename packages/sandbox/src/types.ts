import type { CollectReason } from './event.ts';
import type { Genome, Module, ModuleCode } from './genome.ts';
import type { Limits, LimitsChange } from './limits.ts';
import type { ScanReport } from './scan/finding.ts';
import type {
  Determinism,
  GuestError,
  Logs,
  Outcome,
  Receipt,
  RunResult,
  RunSpec,
  RunTarget,
} from './outcome.ts';

export type SandboxStatus =
  'INITIALIZING' | 'COMPILING' | 'STARTING' | 'RUNNING' | 'RELOADING' | 'STOPPING' | 'STOPPED' | 'ERROR';

export type IsolationLevel = 'ISOLATE' | 'REALM' | 'PROCESS';

export type SecurityProfile = 'HIGH' | 'MEDIUM' | 'LOW';

export type SandboxError = { reason: string; message: string; occurredAtMs: number };

export type ModuleVersionInfo = {
  module: string;
  version: number;
  language: ModuleCode['language'];
  sha256: string;
  sizeBytes: number;
  loadedAtMs: number;
  active: boolean;
  code: ModuleCode;
};

/** `activeVersion` is 0 while the module is not part of the genome; versions are newest first. */
export type ModuleHistoryInfo = {
  module: string;
  activeVersion: number;
  totalVersions: number;
  versions: ModuleVersionInfo[];
};

export type SandboxInfo = {
  id: string;
  /** Whose it is; '' where nobody tells tenants apart. */
  tenant: string;
  status: SandboxStatus;
  isolation: IsolationLevel;
  securityProfile: SecurityProfile;
  population: string;
  labels: Readonly<Record<string, string>>;
  limits: Limits;
  /** '' while there is no code. */
  entry: string;
  /** The active version of each module, by name. */
  modules: ModuleVersionInfo[];
  createdAtMs: number;
  updatedAtMs: number;
  restartCount: number;
  error: SandboxError | undefined;
  revision: number;
  /** What the security scan reported of the code in force; undefined if nothing. */
  scan: ScanReport | undefined;
  /** What it was imported for, as `import` was told. */
  restore?: string;
};

export type CreateSpec = {
  /** Default: generated. */
  id?: string;
  /** Whose it will be. Default ''. */
  tenant?: string;
  genome?: Genome;
  isolation?: IsolationLevel;
  securityProfile?: SecurityProfile;
  population?: string;
  labels?: Record<string, string>;
  limits?: LimitsChange;
  /** Default '{}'. */
  stateJson?: string;
  loadTimeoutMs?: number;
};

export type ListQuery = Scope & {
  /** Default 100, at most 1,000. */
  pageSize?: number;
  pageToken?: string;
  statuses?: SandboxStatus[];
  population?: string;
  labels?: Record<string, string>;
  minAgeMs?: number;
  maxAgeMs?: number;
};

export type ListPage = { sandboxes: SandboxInfo[]; nextPageToken: string; totalSize: number };

export type ReloadSpec = {
  modules: Module[];
  remove?: string[];
  /** Default: the present entry. */
  entry?: string;
  /** Expression of a function (state, {from, to}) => state. Default: the entry's export `migrate`. */
  stateHandler?: string;
  expectedRevision?: number;
  loadTimeoutMs?: number;
};

export type RollbackSpec = {
  /** Default: the entry module. */
  module?: string;
  /** Default: the newest kept version older than the active one. */
  version?: number;
  stateHandler?: string;
  expectedRevision?: number;
  loadTimeoutMs?: number;
};

export type ReloadAnswer = { result: 'RELOADED' | 'NO_CHANGE'; sandbox: SandboxInfo };

export type ComparisonKind =
  'EXACT' | 'APPROXIMATE' | 'CLOSENESS' | 'SUBSET' | 'UNORDERED' | 'THROWS' | 'COMPLETES';

export type Comparison = {
  kind: ComparisonKind;
  absoluteTolerance?: number;
  relativeTolerance?: number;
  scale?: number;
};

export type SuiteCase = {
  name?: string;
  call: Extract<RunTarget, { kind: 'call' }>;
  /** JSON text; default 'null'. */
  expectedJson?: string;
  comparison?: Comparison;
  weight?: number;
  timeoutMs?: number;
};

export type Evaluator =
  | { kind: 'suite'; cases: SuiteCase[]; caseTimeoutMs?: number }
  | {
      kind: 'program';
      code: Extract<ModuleCode, { source: string }>;
      /** JSON text; default 'null'. */
      dataJson?: string;
      callTimeoutMs?: number;
    };

export type EvaluationSpec = {
  evaluator: Evaluator;
  /** Wall deadline of the whole evaluation of one candidate. Default 30,000. */
  timeoutMs?: number;
  determinism?: Determinism;
  includeValues?: boolean;
};

export type CaseResult = {
  name: string;
  outcome: Outcome;
  passed: boolean;
  score: number;
  valueJson?: string;
  error?: GuestError;
  wallUs: number;
};

export type Evaluation = {
  outcome: Outcome;
  /** Absent unless COMPLETED. */
  score?: number;
  components: Record<string, number>;
  cases: CaseResult[];
  error?: GuestError;
  logs?: Logs;
  receipt: Receipt;
  evaluatorSha256: string;
  calls: number;
};

export type CandidateOptions = {
  isolation?: IsolationLevel;
  securityProfile?: SecurityProfile;
  limits?: LimitsChange;
};

/** What a collector of garbage has to know. */
export type SandboxActivity = {
  id: string;
  tenant: string;
  createdAtMs: number;
  /** When it last ran, or was changed; when the node started, if neither has happened since. */
  usedAtMs: number;
  /** Whether it runs something or waits to, or is being loaded or destroyed. */
  busy: boolean;
  /** Since when it has been in ERROR. */
  failedAtMs: number | undefined;
  /** About how much its isolate takes; 0 while hibernated. */
  residentBytes: number;
};

export type ResourceUsage = {
  heapBytes: number;
  externalBytes: number;
  memoryLimitBytes: number;
  tasks: number;
  queuedRuns: number;
  cpuTotalUs: number;
  runs: number;
  uptimeMs: number;
  resident: boolean;
  /** 0 while hibernated. */
  workerPid: number;
  restarts: number;
  stateBytes: number;
};

export type SandboxArchive = {
  schemaVersion: number;
  id: string;
  /** Whose it was. */
  tenant: string;
  isolation: IsolationLevel;
  securityProfile: SecurityProfile;
  population: string;
  labels: Record<string, string>;
  limits: LimitsChange;
  entry: string;
  modules: ModuleHistoryInfo[];
  stateJson: string;
  createdAtMs: number;
  exportedAtMs: number;
};

/** A sandbox at one moment. */
export type CapturedSandbox = {
  id: string;
  archive: () => SandboxArchive;
  /** Why it was in ERROR; absent unless it was. */
  error?: SandboxError;
};

export type ImportOptions = {
  /** Default: the archive's. */
  id?: string;
  /** Whose it will be, whatever the archive says. Default ''. */
  tenant?: string;
  /** Leaves it in ERROR, and runs nothing of it. */
  error?: SandboxError;
  /** Stays with it, so that what was imported together can be told from all else. */
  restore?: string;
};

export type WorkerInfo = {
  pid: number;
  state: 'STARTING' | 'SPARE' | 'ACTIVE' | 'HELD';
  resident: number;
  inFlight: number;
  completed: number;
  rssBytes: number;
};

export type KillReason = 'timeout' | 'cpu' | 'memory' | 'output' | 'crash';

/** A guest was stopped because it broke a limit or its worker. */
export type Kill = {
  reason: KillReason;
  /** As in the receipt. */
  outcome: Outcome;
  /** What was being done: a run, an evaluation (`suite`, `program`), a `load` of code, a `stop`, a `scan`. */
  task: 'run' | 'load' | 'suite' | 'program' | 'stop' | 'usage' | 'scan';
  /** Undefined for one-shot candidates. */
  sandboxId: string | undefined;
  /** On whose behalf. */
  tenant: string;
  /** Whether it was the fitness program that was stopped, not the candidate. */
  fitnessProgram: boolean;
  /** The receipt's reason, for people. */
  detail: string;
  /** Microseconds. */
  wallUs: number;
  cpuUs: number;
  workerPid: number;
  /** Whether the worker process went with it; if not, at most an isolate did. */
  workerLost: boolean;
};

/** One thing that holds for worker processes, or does not. */
export type Protection = {
  name: string;
  active: boolean;
  /** What was found, for people. */
  detail: string;
};

export type RuntimeStatus = {
  workers: WorkerInfo[];
  /** What the kernel says of a worker; empty while there is none. */
  protections: readonly Protection[];
  sandboxes: Partial<Record<SandboxStatus, number>>;
  runs: Partial<Record<Outcome, number>>;
  kills: Partial<Record<Outcome, number>>;
  workersLostToOthers: number;
};

/** Whose sandboxes there are for the caller. Default: all. */
export type Scope = { tenant?: string };

/** Bounds of one call: the caller's cancellation (its gRPC deadline aborts it too). */
export type CallOptions = Scope & { signal?: AbortSignal };

/** What the sandboxes of a tenant add up to. */
export type Holdings = {
  sandboxes: number;
  /** Sum of their memory limits. */
  memoryBytes: number;
};

/** What one item of a batch came to. */
export type BatchItem<T> = { index: number; result: T } | { index: number; error: unknown };

/** The sandbox runtime, as services see it. Every method throws PetriError. */
export interface SandboxRuntime {
  create(spec: CreateSpec, options?: CallOptions): Promise<SandboxInfo>;
  /** As `get`, for an id that may be nobody's. */
  find(id: string): SandboxInfo | undefined;
  get(id: string, scope?: Scope): SandboxInfo;
  list(query: ListQuery): ListPage;
  updateLimits(id: string, change: LimitsChange, scope?: Scope): Promise<SandboxInfo>;
  restart(id: string, options?: Scope & { resetState?: boolean }): Promise<SandboxInfo>;
  /** `collected` says why, where it is destroyed as garbage. */
  destroy(
    id: string,
    options?: Scope & { graceMs?: number; collected?: CollectReason },
  ): Promise<{ sandbox: SandboxInfo; stopError?: GuestError }>;
  reload(id: string, spec: ReloadSpec, options?: CallOptions): Promise<ReloadAnswer>;
  rollback(id: string, spec: RollbackSpec, options?: CallOptions): Promise<ReloadAnswer>;
  /** `module` '' is the entry module; `version` 0 or absent is the active one. */
  moduleVersion(id: string, module: string, version?: number, scope?: Scope): ModuleVersionInfo;
  moduleHistory(id: string, module: string, scope?: Scope): ModuleHistoryInfo;
  export(id: string, scope?: Scope): SandboxArchive;
  /** Those of these that are there and have been built once, all at this moment, and each between two runs. */
  capture(ids: Iterable<string>, scope?: Scope): CapturedSandbox[];
  import(archive: SandboxArchive, options?: ImportOptions): Promise<SandboxInfo>;
  run(id: string, spec: RunSpec, options?: CallOptions): Promise<RunResult>;
  evaluate(id: string, spec: EvaluationSpec, options?: CallOptions): Promise<Evaluation>;
  /** Evaluates a genome that is no sandbox; candidates of one `group` may share a REALM isolate. */
  evaluateGenome(
    genome: Genome,
    spec: EvaluationSpec,
    group: string,
    candidate: CandidateOptions,
    options?: CallOptions,
  ): Promise<Evaluation>;
  /**
   * What the security scan says of a genome, which is neither loaded nor run.
   *
   * @throws PetriError invalid_argument and failed_precondition, as when it is loaded
   */
  scan(genome: Genome, profile: SecurityProfile, options?: CallOptions): Promise<ScanReport>;
  ids(): string[];
  /** Undefined for an unknown id. Wakes nothing. */
  activity(id: string): SandboxActivity | undefined;
  /** Drops the isolate of a sandbox that does nothing; its next run builds it anew. False if there was none to drop. */
  hibernate(id: string): boolean;
  usage(id: string, scope?: Scope): Promise<ResourceUsage>;
  /** By tenant; those who have none are not in it. */
  holdings(): ReadonlyMap<string, Readonly<Holdings>>;
  status(): RuntimeStatus;
  /** How many runs keep every worker busy: a sensible concurrency for a batch. */
  readonly concurrency: number;
  /** Ends all workers; what is under way is CANCELLED. Idempotent. */
  close(): Promise<void>;
}
