export {
  type CollectReason,
  EVENT_KINDS,
  type EventFilter,
  type EventKind,
  type SandboxEvent,
} from './event.ts';
export { EventLog, type EventPage, type WatchedEvent } from './event-log.ts';
export {
  type BatchKind,
  type BatchScope,
  type Collected,
  type FitnessRecord,
  type Moved,
  SandboxEvents,
  type Subject,
} from './events.ts';
export { ForeignSandbox } from './catalog.ts';
export type { Genome, Module, ModuleCode } from './genome.ts';
export { compileLimits, DEFAULT_LIMITS, LIMITS, type Limits, type LimitsChange } from './limits.ts';
export {
  type Determinism,
  type GuestError,
  type LogLevel,
  type Logs,
  type Outcome,
  OUTCOMES,
  type Receipt,
  type RunResult,
  type RunSpec,
  type RunTarget,
} from './outcome.ts';
export type { Action, Finding, ScanReport, Severity } from './scan/finding.ts';
export { type RuntimeOptions, startSandboxRuntime } from './start.ts';
export type { SandboxStore, StoredSandbox } from './store.ts';
export type {
  BatchItem,
  CallOptions,
  CandidateOptions,
  CapturedSandbox,
  CaseResult,
  Comparison,
  ComparisonKind,
  CreateSpec,
  Evaluation,
  EvaluationSpec,
  Evaluator,
  Holdings,
  ImportOptions,
  IsolationLevel,
  Kill,
  KillReason,
  ListPage,
  ListQuery,
  ModuleHistoryInfo,
  ModuleVersionInfo,
  Protection,
  ReloadAnswer,
  ReloadSpec,
  ResourceUsage,
  RollbackSpec,
  RuntimeStatus,
  SandboxActivity,
  SandboxArchive,
  SandboxError,
  SandboxInfo,
  SandboxRuntime,
  SandboxStatus,
  Scope,
  SecurityProfile,
  SuiteCase,
  WorkerInfo,
} from './types.ts';
