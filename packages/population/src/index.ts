export type { Checkpoint } from './checkpoint/checkpoint.ts';
export type { Checkpoints, Restoration, Restored } from './checkpoint/checkpoints.ts';
export type { PopulationEvents } from './events.ts';
export {
  type FitnessAdjustment,
  type FitnessBook,
  type FitnessEntry,
  MAX_ADJUSTMENTS,
  MAX_COMPONENTS,
  MAX_TESTS,
  type RankedFitness,
  type RankPage,
  type RankQuery,
} from './fitness-book.ts';
export type { GarbageCollector, GarbageReport } from './gc/collector.ts';
export { DEFAULT_RULES, type GarbageReason, type GarbageRules } from './gc/policy.ts';
export type { CollectableSandboxes, SandboxActivity } from './gc/sandboxes.ts';
export type { Immigrant } from './immigrants.ts';
export type { IndividualSandboxes } from './individuals.ts';
export { MAX_PARENTS } from './lineage/admission.ts';
export { exportLineage, type LineageFormat } from './lineage/export.ts';
export type {
  BirthSpec,
  CommonAncestor,
  Individual,
  LineageBook,
  RelativeInfo,
  Relatives,
  RelativesQuery,
} from './lineage/lineage-book.ts';
export type { PinInfo, Pins, PinPage } from './pins.ts';
export type { Joining, Newcomer } from './members.ts';
export type { PageQuery } from './pages.ts';
export type {
  Advance,
  MemberInfo,
  MemberPage,
  PopulationPage,
  Populations,
  PopulationSpec,
  Statistics,
  StatisticsQuery,
} from './populations.ts';
export { type Books, openRegistry, type Registry, type RegistryOptions } from './registry.ts';
export type { Scope } from './scope.ts';
export { POPULATIONS, SqlitePopulationStore } from './store/sqlite-store.ts';
export type { Change, PopulationStore } from './store/store.ts';
export type {
  Adjustment,
  Birth,
  Direction,
  Fitness,
  FitnessError,
  Member,
  Population,
  PopulationInfo,
  TestResult,
} from './types.ts';
export type { Census, Vitals } from './vitals.ts';
