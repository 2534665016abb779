import { constrainedMemory } from 'node:process';
import { totalmem } from 'node:os';
import type { EnvReader } from '@petri/core';
import { DEFAULT_RULES, type GarbageRules } from '@petri/population';

export type GarbageConfig = {
  /** How often the node collects by itself, in milliseconds; 0 is never. */
  intervalMs: number;
  rules: GarbageRules;
  /** Memory of the node and its workers past which isolates are dropped, in bytes. */
  memoryBytes: number;
};

const MiB = 1024 * 1024;
const YEAR_MS = 366 * 24 * 3_600_000;
/** What is left is for everybody else, and for what grows between two sweeps. */
const SHARE = 0.8;

export const GARBAGE_VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ['PETRI_GC_INTERVAL_MS', 'how often garbage is collected, 0 for never (60000)'],
  ['PETRI_GC_RETAIN_GENERATIONS', 'generations whose sandboxes are kept, 0 for all (3)'],
  ['PETRI_GC_IDLE_MS', 'how long a sandbox of no population may go unused, 0 for ever (1 day)'],
  ['PETRI_GC_MAX_AGE_MS', 'how long any sandbox may live, 0 for ever (7 days)'],
  ['PETRI_GC_FAILED_MS', 'how long one in ERROR is kept, 0 for ever (1 hour)'],
  ['PETRI_GC_ABANDONED_MS', 'how long one outlives its deleted population, 0 for ever (10 minutes)'],
  ['PETRI_MEMORY_MIB', 'memory past which sandboxes hibernate (80% of the machine or container)'],
];

/** As without any variable, but nothing is collected unless somebody asks. */
export const ON_DEMAND: GarbageConfig = { intervalMs: 0, rules: DEFAULT_RULES, memoryBytes: defaultMemory() };

export function readGarbage(env: EnvReader): GarbageConfig {
  const age = (name: string, fallback: number) => env.int(name, fallback, { min: 0, max: YEAR_MS });
  const rules: GarbageRules = {
    maxAgeMs: age('PETRI_GC_MAX_AGE_MS', DEFAULT_RULES.maxAgeMs),
    failedMs: age('PETRI_GC_FAILED_MS', DEFAULT_RULES.failedMs),
    retainGenerations: env.int('PETRI_GC_RETAIN_GENERATIONS', DEFAULT_RULES.retainGenerations, {
      min: 0,
      max: 1_000_000,
    }),
    abandonedMs: age('PETRI_GC_ABANDONED_MS', DEFAULT_RULES.abandonedMs),
    idleMs: age('PETRI_GC_IDLE_MS', DEFAULT_RULES.idleMs),
  };
  const memoryMiB = env.int('PETRI_MEMORY_MIB', undefined, { min: 64, max: 16 * 1024 * 1024 });
  return {
    // The original's gc_interval_ms.
    intervalMs: age('PETRI_GC_INTERVAL_MS', 60_000),
    rules,
    memoryBytes: memoryMiB === undefined ? defaultMemory() : memoryMiB * MiB,
  };
}

function defaultMemory(): number {
  // 0 or absurdly large where nothing constrains it.
  return SHARE * Math.min(totalmem(), constrainedMemory() || Infinity);
}
