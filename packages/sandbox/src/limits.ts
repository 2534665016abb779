import { invalid, type Violation } from '@petri/core';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Limits in force on one sandbox, all compiled: bytes, milliseconds and counts. */
export type Limits = {
  memoryBytes: number;
  maxTasks: number;
  maxQueuedRuns: number;
  executionTimeMs: number;
  cpuTimeMs: number;
  sourceBytes: number;
  maxModules: number;
  argumentBytes: number;
  outputBytes: number;
  logBytes: number;
  stateBytes: number;
  versionsKept: number;
};

export type LimitsChange = { [K in keyof Limits]?: number | undefined };

type Bound = { default: number; min: number; max: number; field: string };

/**
 * Defaults and ranges; memory, tasks, queue, time and source are those of the original library (notes in
 * docs/ARCHITECTURE.md), the rest stops one attack each.
 */
export const LIMITS: { readonly [K in keyof Limits]: Bound } = {
  // Memory bombs.
  memoryBytes: { default: 128 * MiB, min: MiB, max: 2048 * MiB, field: 'memory_bytes' },
  // Timer floods.
  maxTasks: { default: 100, min: 1, max: 10_000, field: 'max_tasks' },
  // One caller's backlog taking the node's memory.
  maxQueuedRuns: { default: 1_000, min: 1, max: 100_000, field: 'max_queued_runs' },
  // Endless loops.
  executionTimeMs: { default: 300_000, min: 1, max: 3_600_000, field: 'execution_time_ms' },
  // Guests that use more than one core. Follows executionTimeMs unless set.
  cpuTimeMs: { default: 300_000, min: 1, max: 3_600_000, field: 'cpu_time_ms' },
  // Compile bombs: V8 can't be interrupted while it compiles.
  sourceBytes: { default: 10 * MiB, min: KiB, max: 100 * MiB, field: 'source_bytes' },
  // Link bombs.
  maxModules: { default: 64, min: 1, max: 1_024, field: 'max_modules' },
  // Argument bombs: they are parsed inside the guest's time, but sent in ours.
  argumentBytes: { default: MiB, min: KiB, max: 16 * MiB, field: 'argument_bytes' },
  // Output bombs.
  outputBytes: { default: MiB, min: 16, max: 16 * MiB, field: 'output_bytes' },
  // Log floods.
  logBytes: { default: 64 * KiB, min: 0, max: 4 * MiB, field: 'log_bytes' },
  // The sandbox as a database.
  stateBytes: { default: MiB, min: 2, max: 16 * MiB, field: 'state_bytes' },
  // As in the original.
  versionsKept: { default: 10, min: 1, max: 100, field: 'versions_kept' },
};

const NAMES = Object.keys(LIMITS) as (keyof Limits)[];

export const DEFAULT_LIMITS: Limits = Object.freeze(
  Object.fromEntries(NAMES.map((name) => [name, LIMITS[name].default])),
) as Limits;

/**
 * Lays a change over a base.
 *
 * @throws PetriError invalid_argument, with a violation for every field out of range.
 */
export function compileLimits(change: LimitsChange | undefined, base: Limits = DEFAULT_LIMITS): Limits {
  if (change === undefined) return base;
  const limits = { ...base };
  const violations: Violation[] = [];
  for (const name of NAMES) {
    const value = change[name];
    if (value === undefined) continue;
    const { min, max, field } = LIMITS[name];
    if (Number.isInteger(value) && value >= min && value <= max) limits[name] = value;
    else violations.push({ field: `limits.${field}`, description: `is ${value}, must be ${min} to ${max}` });
  }
  if (violations.length > 0) throw invalid(violations);
  if (change.cpuTimeMs === undefined && change.executionTimeMs !== undefined)
    limits.cpuTimeMs = limits.executionTimeMs;
  return limits;
}
