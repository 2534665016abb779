import { batchRun } from './batch-run.ts';
import { containment } from './containment.ts';
import { density } from './density.ts';
import { evaluateSources } from './evaluate-sources.ts';
import { garbage } from './garbage.ts';
import { hangs } from './hangs.ts';
import { islands } from './islands.ts';
import { kills } from './kills.ts';
import { latency } from './latency.ts';
import { migration } from './migration.ts';
import { noisyTenant } from './noisy-tenant.ts';
import { population } from './population.ts';
import type { Benchmark } from './support/benchmark.ts';
import { telemetry } from './telemetry.ts';
import { whereTimeGoes } from './where-time-goes.ts';

/** In the order in which they run. A new benchmark is a file of its own and a line here. */
export const BENCHMARKS: readonly Benchmark[] = [
  batchRun,
  evaluateSources,
  latency,
  hangs,
  containment,
  kills,
  noisyTenant,
  telemetry,
  population,
  density,
  garbage,
  islands,
  migration,
  whereTimeGoes,
];
