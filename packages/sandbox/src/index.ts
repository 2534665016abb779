export {
  type CollectReason,
  EVENT_KINDS,
  type EventFilter,
  type EventKind,
  type SandboxEvent,
} from './events/event.ts';
export { EventLog, type EventPage, type WatchedEvent } from './events/event-log.ts';
export type { BatchKind, BatchScope, Collected, FitnessRecord, Moved, Subject } from './events/occurrence.ts';
export { SandboxEvents } from './events/sandbox-events.ts';
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
export type { CapturedSandbox, ImportOptions, SandboxArchive } from './api/archive.ts';
export type { BatchItem, CallOptions, Scope } from './api/call.ts';
export type {
  CandidateOptions,
  CaseResult,
  Comparison,
  ComparisonKind,
  Evaluation,
  EvaluationSpec,
  Evaluator,
  SuiteCase,
} from './api/evaluation.ts';
export type { Kill, KillReason } from './api/kill.ts';
export type { ModuleHistoryInfo, ModuleVersionInfo } from './api/module.ts';
export type { ReloadAnswer, ReloadSpec, RollbackSpec } from './api/reload.ts';
export type { SandboxRuntime } from './api/runtime.ts';
export type {
  CreateSpec,
  IsolationLevel,
  ListPage,
  ListQuery,
  SandboxError,
  SandboxInfo,
  SandboxStatus,
  SecurityProfile,
} from './api/sandbox.ts';
export type { Protection, RuntimeStatus, WorkerInfo } from './api/status.ts';
export type { Holdings, ResourceUsage, SandboxActivity } from './api/usage.ts';
