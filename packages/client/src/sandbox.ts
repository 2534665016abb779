import type {
  Limits as WireLimits,
  ResourceUsage as WireResourceUsage,
  Sandbox as WireSandbox,
} from '@petri/contracts/v1';
import {
  type IsolationLevel,
  isolationName,
  profileName,
  type SandboxStatus,
  type SecurityProfile,
  statusName,
} from './enums.ts';
import { moduleVersion, type ModuleVersion } from './modules.ts';
import { scanReport, type ScanReport } from './scan.ts';
import { dateOf, msOf } from './time.ts';

/** Limits of a sandbox: bytes, milliseconds and counts. Ranges and reasons are in petri/v1/limits.proto. */
export type Limits = {
  /** JavaScript heap and external memory. Default 128 MiB. */
  memoryBytes: number;
  /** Timers pending at once. Default 100. */
  maxTasks: number;
  /** Runs waiting. Default 1,000. */
  maxQueuedRuns: number;
  /** Wall time of one run. Default 300,000. */
  executionTimeMs: number;
  /** CPU time of one run. Default: `executionTimeMs`. */
  cpuTimeMs: number;
  /** Code of all modules together. Default 10 MiB. */
  sourceBytes: number;
  /** Default 64. */
  maxModules: number;
  /** Arguments of one run, as JSON. Default 1 MiB. */
  argumentBytes: number;
  /** Result of one run, as JSON. Default 1 MiB. */
  outputBytes: number;
  /** Log text of one run. Default 64 KiB. */
  logBytes: number;
  /** Committed state, as JSON. Default 1 MiB. */
  stateBytes: number;
  /** Versions kept of each module. Default 10. */
  versionsKept: number;
};

/** A sandbox as the node saw it when it answered. */
export type Sandbox = {
  id: string;
  status: SandboxStatus;
  isolation: IsolationLevel;
  securityProfile: SecurityProfile;
  /** '' for none. */
  population: string;
  labels: Record<string, string>;
  limits: Limits;
  /** '' while there is no code. */
  entry: string;
  /** The active version of each module. */
  modules: ModuleVersion[];
  createdAt: Date;
  updatedAt: Date;
  restartCount: number;
  /** Why it is in ERROR; absent otherwise. */
  error?: { reason: string; message: string; occurredAt: Date };
  /** Counts commits of code and state. */
  revision: number;
  /** What the security scan reported of the code in force; absent if nothing. */
  scan?: ScanReport;
  /** Whose it is. */
  tenant: string;
};

export type ResourceUsage = {
  /** 0 while hibernated. */
  heapBytes: number;
  externalBytes: number;
  memoryLimitBytes: number;
  /** Timers pending. */
  tasks: number;
  /** Runs waiting or running. */
  queuedRuns: number;
  /** CPU time of all its runs, in microseconds. */
  cpuTotalUs: number;
  runs: number;
  uptimeMs: number;
  /** Whether an isolate holds it now; one that is hibernated is rebuilt at its next run. */
  resident: boolean;
  /** 0 while hibernated. */
  workerPid: number;
  restarts: number;
  stateBytes: number;
};

export function sandbox(message: WireSandbox): Sandbox {
  const { id, population, labels, entry, restartCount, revision, error, scan, tenant } = message;
  return {
    id,
    status: statusName(message.status),
    isolation: isolationName(message.isolation),
    securityProfile: profileName(message.securityProfile),
    population,
    labels,
    limits: limits(message.limits),
    entry,
    modules: message.modules.map(moduleVersion),
    createdAt: dateOf(message.createdAt),
    updatedAt: dateOf(message.updatedAt),
    restartCount,
    ...(error
      ? { error: { reason: error.reason, message: error.message, occurredAt: dateOf(error.occurredAt) } }
      : {}),
    revision,
    ...(scan ? { scan: scanReport(scan) } : {}),
    tenant,
  };
}

/** A node sets every field. */
function limits(message: WireLimits | undefined): Limits {
  const { $typeName: _, $unknown: __, ...given } = message ?? ({} as WireLimits);
  return given as Limits;
}

export function resourceUsage(message: WireResourceUsage): ResourceUsage {
  const { $typeName: _, $unknown: __, cpuTotalUs, runs, uptime, ...rest } = message;
  return { ...rest, cpuTotalUs: Number(cpuTotalUs), runs: Number(runs), uptimeMs: msOf(uptime) };
}
