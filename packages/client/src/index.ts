export type { Json } from '@petri/contracts';
export { type ErrorCode, PetriError, type Resource, type Violation } from '@petri/core';
export type { Admin, GarbageItem, GarbageReport, NodeStatus } from './admin.ts';
export type {
  Archipelago,
  ArchipelagoNode,
  Counts,
  Edge,
  Island,
  MigrateRequest,
  Migration,
  MigrationPolicy,
  MigrationSchedule,
  NodeState,
  Topology,
  TopologyKind,
  Verdict,
} from './archipelago.ts';
export { Archive } from './archive.ts';
export type {
  Batch,
  BatchSummary,
  EvaluationItem,
  Reload,
  ReloadItem,
  RunItem,
  SandboxItem,
} from './batch.ts';
export type { BatchRunOptions, Candidate } from './batches.ts';
export type { TlsOptions } from './channel.ts';
export type { RestoredPopulation } from './checkpoints.ts';
export { connect, type ConnectOptions, type Petri } from './connect.ts';
export type {
  ComparisonKind,
  EventKind,
  FitnessDirection,
  GarbageReason,
  IsolationLevel,
  LineageFormat,
  LogLevel,
  ModuleLanguage,
  Outcome,
  ReloadResult,
  SandboxStatus,
  ScanSeverity,
  SecurityProfile,
  WorkerState,
} from './enums.ts';
export { existingSandbox, GuestFailure } from './errors.ts';
export type { EventFilter, EventGap, Events, PetriEvent, WatchOptions } from './events.ts';
export type {
  Case,
  CaseResult,
  Comparison,
  Evaluation,
  EvaluationSpec,
  FitnessProgram,
  Suite,
} from './evaluation.ts';
export type {
  Fitness,
  FitnessEntry,
  FitnessError,
  FitnessRecording,
  FitnessRecords,
  RankedFitness,
  TestResult,
} from './fitness.ts';
export type { Birth, Individual, Lineage, Relatives, RelativesOptions } from './lineage.ts';
export type { Code, Genome, Module, ModuleHistory, ModuleVersion } from './modules.ts';
export type { CallOptions } from './options.ts';
export type { Pin, Pins } from './pins.ts';
export type {
  Joining,
  Member,
  NewMember,
  Population,
  PopulationRequest,
  PopulationStatistics,
  ScoreSummary,
} from './population.ts';
export type { Populations } from './populations.ts';
export type {
  Confinement,
  CreateRequest,
  Filter,
  Modules,
  ReloadOptions,
  ReloadRequest,
  RunEntry,
  Transition,
} from './requests.ts';
export type {
  Determinism,
  FunctionCall,
  GuestError,
  Logs,
  Receipt,
  RunLimits,
  RunResult,
  RunSpec,
} from './run.ts';
export type { Limits, ResourceUsage, Sandbox } from './sandbox.ts';
export type { ScanFinding, ScanReport } from './scan.ts';
export type { Sandboxes } from './sandboxes.ts';
export type { Quota, Tenant, Tenants } from './tenants.ts';
