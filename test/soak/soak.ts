import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@petri/client';
import { startNodeProcess } from '../support/node-process.ts';
import { batches } from './batches.ts';
import { candidates } from './candidates.ts';
import { churn } from './churn.ts';
import { Killers } from './killers.ts';
import type { Options } from './options.ts';
import type { Bench, Part } from './part.ts';
import { reloads } from './reloads.ts';

import { type Sample, Sampler } from './sample.ts';
import { singles } from './singles.ts';
import { Tally } from './tally.ts';

const WORKERS = 2;
const SPARES = 1;
const PROGRESS_EVERY_MS = 60_000;

/** What happened. */
export type Soak = {
  startedAt: string;
  minutes: number;
  machine: { node: string; cores: number; workers: number; spares: number };
  tally: Tally;
  /** What the node wrote to its standard error, and how it ended. */
  complaints: string;
  exitCode: number | null;
  samples: Sample[];
};

/** Loads a node of its own until the time is up or the signal aborts. */
export async function soak({ minutes, everyMs, pauseMs }: Options, signal: AbortSignal): Promise<Soak> {
  const startedAt = new Date();
  const env = { PETRI_WORKERS: String(WORKERS), PETRI_SPARES: String(SPARES) };
  await using node = await startNodeProcess(env);
  const petri = await connect(node.address);
  const tally = new Tally();
  const bench = { sandboxes: petri.sandboxes, tally, killers: new Killers() };
  const over = AbortSignal.any([signal, AbortSignal.timeout(minutes * 60_000)]);

  const sampler = new Sampler(node.child.pid ?? 0, tally);
  const samples: Sample[] = [];
  const sampling = setInterval(() => samples.push(sampler.take()), everyMs);
  const progress = setInterval(() => console.error(progressOf(tally, samples.at(-1))), PROGRESS_EVERY_MS);
  const parts = [singles, batches, reloads, candidates, churn].map((part) => part(bench));
  await Promise.all(parts.map((part) => run(part, bench, pauseMs, over)));
  clearInterval(sampling);
  clearInterval(progress);

  await petri.close();
  const exitCode = await node.stop();
  return {
    startedAt: startedAt.toISOString(),
    minutes: Math.round((samples.at(-1)?.seconds ?? 0) / 6) / 10,
    machine: { node: process.version, cores: availableParallelism(), workers: WORKERS, spares: SPARES },
    tally,
    complaints: node.complaints(),
    exitCode,
    samples,
  };
}

async function run(part: Part, { tally }: Bench, pauseMs: number, over: AbortSignal): Promise<void> {
  const lose = (thrown: unknown) => tally.lose(1, `a round of ${part.name} failed: ${String(thrown)}`);
  await part.prepare?.();
  while (!over.aborted) {
    await part.round().catch(lose);
    await pause(pauseMs, undefined, { signal: over }).catch(() => undefined);
  }
  await part.finish?.().catch(lose);
}

function progressOf({ items, killers, wrong, lost }: Tally, sample: Sample | undefined): string {
  const { seconds = 0, nodeMiB = 0, workersMiB = 0, p50Ms, p99Ms } = sample ?? {};
  const load = `${items} answers, ${killers} of killers, ${wrong} wrong, ${lost} lost`;
  return `${Math.round(seconds)} s: ${load}; node ${nodeMiB} MiB, workers ${workersMiB} MiB, p50 ${p50Ms} ms, p99 ${p99Ms} ms`;
}
