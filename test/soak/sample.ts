import { loadavg } from 'node:os';
import { childrenOf, descriptorsOf, rssOf } from '../support/census.ts';
import type { Tally } from './tally.ts';

const MiB = 1024 * 1024;

/** The node at one moment, and how it served since the last. */
export type Sample = {
  /** Since the load began. */
  seconds: number;
  /** Resident sets in MiB: of the node, and of its workers together (what they share counts for each). */
  nodeMiB: number;
  workersMiB: number;
  /** Of the node. */
  descriptors: number;
  /** Node and workers, spares among them. */
  processes: number;
  /** Of single runs since the last sample, from call to answer, in ms. Null if there was none. */
  p50Ms: number | null;
  p99Ms: number | null;
  /** Answers of all kinds and killers among them since the last sample, per second. */
  itemsPerSecond: number;
  killersPerSecond: number;
  /** Runnable processes of the whole machine, on average over the last minute: who else was there. */
  load: number;
};

/** Takes samples of a node and its workers. */
export class Sampler {
  readonly #pid: number;
  readonly #tally: Tally;
  readonly #startedAt = performance.now();
  #last = { at: this.#startedAt, items: 0, killers: 0 };

  constructor(pid: number, tally: Tally) {
    this.#pid = pid;
    this.#tally = tally;
  }

  take(): Sample {
    const workers = childrenOf(this.#pid);
    const at = performance.now();
    const { items, killers } = this.#tally;
    const seconds = (at - this.#last.at) / 1_000;
    const times = this.#tally.latencies();
    const sample = {
      seconds: rounded((at - this.#startedAt) / 1_000),
      nodeMiB: rounded(rssOf(this.#pid) / MiB),
      workersMiB: rounded(workers.reduce((sum, pid) => sum + rssOf(pid), 0) / MiB),
      descriptors: descriptorsOf(this.#pid),
      processes: workers.length + 1,
      p50Ms: quantile(times, 0.5),
      p99Ms: quantile(times, 0.99),
      itemsPerSecond: rounded((items - this.#last.items) / seconds),
      killersPerSecond: rounded((killers - this.#last.killers) / seconds),
      load: rounded(loadavg()[0] ?? 0),
    };
    this.#last = { at, items, killers };
    return sample;
  }
}

/** Of values in ascending order, by nearest rank. */
function quantile(sorted: readonly number[], q: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)];
  return value === undefined ? null : rounded(value);
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
