import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Report } from './benchmark.ts';

/** What the figures were measured on: absolute figures mean nothing without it. */
export function machine() {
  return {
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
  };
}

export async function writeResults(
  file: string,
  run: { startedAt: Date; quick: boolean; reports: readonly Report[] },
): Promise<void> {
  const { startedAt, quick, reports } = run;
  await mkdir(dirname(file), { recursive: true });
  const results = { startedAt: startedAt.toISOString(), quick, machine: machine(), benchmarks: reports };
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}
