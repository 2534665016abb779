import { PetriError } from '@petri/core';
import { monotonicMs } from '../recorder.ts';
import { Lane, type LaneEvents } from './lane.ts';
import type { WorkerOptions } from './launch.ts';
import type { Residence } from './residence.ts';
import { Roster } from './roster.ts';
import { Sentinel } from './sentinel.ts';
import type { WorkerProcess } from './worker-process.ts';

export type FleetOptions = WorkerOptions & {
  /** Workers that take runs; more are added for a while when all are held. */
  workers: number;
  /** Workers that wait, warm, to replace one that was lost. */
  spares: number;
  /** Runs, evaluations and loads that may wait or be under way at once. */
  most: number;
  /** What memory one may take before it has to give some back, in bytes. */
  workerBytes: number;
};

// All lanes held by long runs: so many times the usual number may be there, and go again when idle for so long.
const MAX_LANES_FACTOR = 4;
const EXTRA_LANE_IDLE_MS = 10_000;
const RETRY_MS = 1_000;

/** The lanes there are: as many as there should be, one for each sandbox that wants one to itself, and no dead ones. */
export class Fleet {
  readonly lanes = new Set<Lane>();
  readonly #options: FleetOptions;
  readonly #sentinel: Sentinel;
  readonly #roster: Roster;
  readonly #events: LaneEvents;
  readonly #joined: (lane: Lane) => void;
  readonly #addingFor = new Set<Residence>();
  #adding = 0;
  #closed = false;

  /** `joined` is told of each new lane, before it is given anything. */
  constructor(options: FleetOptions, events: LaneEvents, joined: (lane: Lane) => void) {
    this.#options = options;
    this.#sentinel = new Sentinel(options.workerBytes);
    this.#roster = new Roster(options.spares, options, this.#sentinel);
    this.#events = events;
    this.#joined = joined;
  }

  /** Resolves when all workers are ready. @throws Error if one can't be started */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.workers }, () => this.#add(undefined)));
    this.#roster.fill();
  }

  get spares(): readonly WorkerProcess[] {
    return this.#roster.waiting;
  }

  /** Puts a spare to work, soon: for one sandbox alone, or for all. */
  want(owner: Residence | undefined): void {
    if (this.#closed || (owner !== undefined && this.#addingFor.has(owner))) return;
    if (owner === undefined) {
      const coming = this.#adding + this.#shared;
      if (coming >= this.#options.workers * MAX_LANES_FACTOR) return;
      // One at a time beyond what is usual: the next may find that one was enough.
      if (this.#adding > 0 && coming > this.#options.workers) return;
    }
    this.#add(owner).catch((thrown: unknown) => {
      if (this.#closed) return;
      process.emitWarning(`no worker could be started: ${PetriError.from(thrown).message}`);
      setTimeout(() => this.want(owner), RETRY_MS).unref();
    });
  }

  /** Forgets a lane whose worker has ended, and replaces it if it is missed. */
  lost(lane: Lane): void {
    this.lanes.delete(lane);
    if (lane.owner === undefined && this.#shared < this.#options.workers) this.want(undefined);
  }

  /** Ends a lane's worker. The caller has taken away what was there. */
  retire(lane: Lane): void {
    lane.retired = true;
    this.lanes.delete(lane);
    void lane.worker.kill();
  }

  /** Ends a lane that was added while others were held, once it has had nothing to do for a while. */
  retireExtra(lane: Lane, retire: (lane: Lane) => void): void {
    const extra = () =>
      lane.owner === undefined && this.#shared > this.#options.workers && this.lanes.has(lane);
    if (!extra()) return;
    setTimeout(() => {
      const idleMs = monotonicMs() - lane.idleSince;
      if (extra() && lane.load === 0 && idleMs >= EXTRA_LANE_IDLE_MS - 1) retire(lane);
    }, EXTRA_LANE_IDLE_MS).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#roster.close(), ...[...this.lanes].map((lane) => lane.worker.kill())]);
    await this.#sentinel.close();
  }

  get #shared(): number {
    let count = 0;
    for (const { owner } of this.lanes) if (owner === undefined) count++;
    return count;
  }

  async #add(owner: Residence | undefined): Promise<void> {
    if (owner === undefined) this.#adding++;
    else this.#addingFor.add(owner);
    try {
      const worker = await this.#roster.take();
      if (this.#closed || owner?.released === true) {
        await worker.kill();
        return;
      }
      const lane = new Lane(worker, owner, this.#events);
      this.lanes.add(lane);
      lane.begin();
      if (this.lanes.has(lane)) this.#joined(lane);
    } finally {
      if (owner === undefined) this.#adding--;
      else this.#addingFor.delete(owner);
    }
  }
}
