import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Report } from './benchmark.ts';

/** What the figures were measured on: absolute figures mean nothing without it. */
function machine() {
  return {
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
  };
}

/** Runnable processes on average over the last minute; before we start, others' work. */
export const loadNow = (): number => loadavg()[0] ?? 0;

/** What a reader must know before the figures. */
export function headline(load: number): string {
  const { node, v8, cores } = machine();
  const busy = load > cores / 4 ? ' (busy with other work: figures will be poor)' : '';
  return `Node ${node}, V8 ${v8}, ${cores} cores, load ${load.toFixed(1)}${busy}; medians of interleaved rounds`;
}

export async function writeResults(
  file: string,
  run: { startedAt: Date; load: number; quick: boolean; reports: readonly Report[] },
): Promise<void> {
  const { startedAt, load, quick, reports } = run;
  await mkdir(dirname(file), { recursive: true });
  const results = {
    startedAt: startedAt.toISOString(),
    load,
    quick,
    machine: machine(),
    benchmarks: reports,
  };
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}
