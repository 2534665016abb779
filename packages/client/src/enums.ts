import {
  ComparisonKind as WireComparisonKind,
  EventKind as WireEventKind,
  FitnessDirection as WireFitnessDirection,
  GarbageReason as WireGarbageReason,
  IsolationLevel as WireIsolationLevel,
  type LineageFormat as WireLineageFormat,
  LogLevel as WireLogLevel,
  ModuleLanguage as WireModuleLanguage,
  Outcome as WireOutcome,
  ReloadResult as WireReloadResult,
  SandboxStatus as WireSandboxStatus,
  ScanSeverity as WireScanSeverity,
  SecurityProfile as WireSecurityProfile,
  WorkerState as WireWorkerState,
} from '@petri/contracts/v1';

export type NameOf<E> = Exclude<keyof E & string, 'UNSPECIFIED'>;

/** How a guest's run ended; all but COMPLETED are failures of the guest. */
export type Outcome = NameOf<typeof WireOutcome>;
export type SandboxStatus = NameOf<typeof WireSandboxStatus>;
export type IsolationLevel = NameOf<typeof WireIsolationLevel>;
export type SecurityProfile = NameOf<typeof WireSecurityProfile>;
export type ScanSeverity = NameOf<typeof WireScanSeverity>;
export type ComparisonKind = NameOf<typeof WireComparisonKind>;
export type ModuleLanguage = NameOf<typeof WireModuleLanguage>;
export type ReloadResult = NameOf<typeof WireReloadResult>;
export type LogLevel = NameOf<typeof WireLogLevel>;
/** Whether a larger or a smaller score is better. */
export type FitnessDirection = NameOf<typeof WireFitnessDirection>;
/** Why a sandbox was collected. */
export type GarbageReason = NameOf<typeof WireGarbageReason>;
export type LineageFormat = NameOf<typeof WireLineageFormat>;
export type WorkerState = NameOf<typeof WireWorkerState>;
export type EventKind = NameOf<typeof WireEventKind>;

/** A value that this version does not know, from a newer node, is "UNSPECIFIED" whatever the type says. */
export function namer<E extends Readonly<Record<string, number>>>(values: E): (number: number) => NameOf<E> {
  const names = new Map(Object.entries(values).map(([name, number]) => [number, name]));
  return (number) => (names.get(number) ?? 'UNSPECIFIED') as NameOf<E>;
}

export const outcomeName = namer(WireOutcome);
export const statusName = namer(WireSandboxStatus);
export const isolationName = namer(WireIsolationLevel);
export const profileName = namer(WireSecurityProfile);
export const severityName = namer(WireScanSeverity);
export const languageName = namer(WireModuleLanguage);
export const reloadResultName = namer(WireReloadResult);
export const logLevelName = namer(WireLogLevel);
export const workerStateName = namer(WireWorkerState);
export const eventKindName = namer(WireEventKind);
export const directionName = namer(WireFitnessDirection);
export const garbageReasonName = namer(WireGarbageReason);
