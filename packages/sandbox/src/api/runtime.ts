import type { CollectReason } from '../events/event.ts';
import type { Genome } from '../genome.ts';
import type { LimitsChange } from '../limits.ts';
import type { GuestError, RunResult, RunSpec } from '../outcome.ts';
import type { ScanReport } from '../scan/finding.ts';
import type { CapturedSandbox, ImportOptions, SandboxArchive } from './archive.ts';
import type { CallOptions, Scope } from './call.ts';
import type { CandidateOptions, Evaluation, EvaluationSpec } from './evaluation.ts';
import type { ModuleHistoryInfo, ModuleVersionInfo } from './module.ts';
import type { ReloadAnswer, ReloadSpec, RollbackSpec } from './reload.ts';
import type { CreateSpec, ListPage, ListQuery, SandboxInfo, SecurityProfile } from './sandbox.ts';
import type { RuntimeStatus } from './status.ts';
import type { Holdings, ResourceUsage, SandboxActivity } from './usage.ts';

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
