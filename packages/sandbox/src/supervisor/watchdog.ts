import { memoryAllowance } from '../bounds.ts';
import { type Entry, monotonicMs } from '../recorder.ts';
import type { Job } from './job.ts';
import type { Lane, Verdict } from './lane.ts';
import type { ProcessSample } from './proc-stat.ts';

const MiB = 1024 * 1024;

// How often the flight recorders of busy workers are read, in milliseconds.
const TICK_MS = 5;
// A run that takes longer holds its worker: others go elsewhere.
const HELD_AFTER_MS = 25;
// Unless its deadline is so near: to be built again elsewhere takes the others as long.
const SOON_OVER_MS = 50;
// If it was given so much CPU time, in milliseconds (the kernel counts tens).
const HELD_CPU_MS = 20;
// isolated-vm ends most runs at their deadline by itself; the rest are killed so much later.
const DEADLINE_GRACE_MS = 15;
// The same where the worker has hardly had a processor since, so that isolated-vm's timer could not do it.
const CROWDED_GRACE_MS = 45;
// The kernel counts CPU time in ticks of so many milliseconds.
const TICK_CPU_MS = 10;
// Before a slice is first seen, and after it was last, it is taken to have had the processor; for no longer than this.
const UNSEEN_MS = 2 * TICK_MS;
// So long a cancelled run may take to notice.
const CANCEL_GRACE_MS = 15;
// A run that nobody waits for may use as much CPU time as it takes to start another worker, in milliseconds, to end by itself.
const UNWANTED_CPU_MS = 100;
// A worker that somebody stops (SIGSTOP) is replaced after so long.
const STOPPED_AFTER_MS = 250;
// A worker that owes answers and begins nothing is replaced after so many looks, whatever the matter is with it: ten seconds, but
// not those in which the whole machine was suspended.
const SILENT_LOOKS = 10_000 / TICK_MS;
// A worker that is too large is asked so often to give memory back, and ended if that has not helped for so long, or at once
// when it is so many times too large.
const SHED_EVERY_MS = 100;
const CROWDED_MS = 1_000;
const FAR_TOO_LARGE = 1.25;
const CROWDED_BELIEVED = 3;

export type WatchdogEvents = {
  /** One job has kept the worker for longer than a moment. */
  held: (lane: Lane, taskId: number) => void;
  /** That job is done. */
  released: (lane: Lane) => void;
  /** The worker has so many bytes more than it may. */
  crowded: (lane: Lane, bytes: number) => void;
  /** The worker is to be ended; it may be gone before that. */
  condemned: (lane: Lane, verdict: Verdict) => void;
};

/** What the watchdog remembers of the slice a lane was seen in. */
type Sighting = {
  sequence: number;
  before: ProcessSample | undefined;
  since: number;
  /** How often it was seen in it, one look after another, while it owed answers. */
  silentLooks: number;
  /** The last sample, and when it was taken. */
  last: ProcessSample | undefined;
  lastAt: number;
  /** CPU time of the process when the slice was first seen past its deadline. */
  cpuMsAtDeadline?: number | undefined;
  /** When it was first seen to be no job of the lane's any more, and what the process had used by then. */
  unwanted?: { since: number; cpuMs: number };
};

/** No run is to blame. */
const NOBODY = { job: undefined, outcome: 'CANCELLED', wallMs: 0, cpuMs: 0 } as const;
const STOPPED: Verdict = { ...NOBODY, reason: 'the worker was stopped from outside' };
const SILENT: Verdict = { ...NOBODY, reason: 'the worker did nothing, and answered nothing' };
const UNWANTED: Verdict = { ...NOBODY, reason: 'nobody waits for it' };
const CROWDED: Verdict = { ...NOBODY, reason: 'the worker had more memory than it may have' };

/** Since when a worker has been too large, and when it was last asked to give memory back. */
type Crowding = { since: number; askedAt: number };

/** Reads the flight recorders of busy workers, and finds those that are past a limit. */
export class Watchdog {
  readonly #lanes: () => Iterable<Lane>;
  readonly #events: WatchdogEvents;
  readonly #workerBytes: number;
  readonly #silentLooks: number;
  readonly #sightings = new WeakMap<Lane, Sighting>();
  readonly #crowding = new WeakMap<Lane, Crowding>();
  #timer: NodeJS.Timeout | undefined;

  /** `workerBytes` is what a worker may have. */
  constructor(
    lanes: () => Iterable<Lane>,
    workerBytes: number,
    events: WatchdogEvents,
    silentLooks: number = SILENT_LOOKS,
  ) {
    this.#lanes = lanes;
    this.#workerBytes = workerBytes;
    this.#events = events;
    this.#silentLooks = silentLooks;
  }

  /** Watches until no lane has work. */
  wake(): void {
    this.#timer ??= setTimeout(() => this.#tick(), TICK_MS);
  }

  /**
   * What the slice that a worker is in, or was in when it ended, was last seen to have used. `cpuMs` is that of the task's
   * earlier slices, too.
   */
  usage(lane: Lane, { sequence, startedAt, usedMs }: Entry): { cpuMs: number; grownBytes: number } {
    const now = monotonicMs();
    const seen = this.#sightings.get(lane);
    if (seen?.before === undefined || seen.sequence !== sequence)
      return { cpuMs: usedMs + Math.min(now - startedAt, UNSEEN_MS), grownBytes: 0 };
    const { before, last = before, since, lastAt } = seen;
    const unseenMs = Math.min(since - startedAt + now - lastAt, UNSEEN_MS);
    return {
      cpuMs: usedMs + last.cpuMs - before.cpuMs + unseenMs,
      grownBytes: last.rssBytes - before.rssBytes,
    };
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    this.#timer = undefined;
    let busy = false;
    for (const lane of this.#lanes()) {
      if (lane.load === 0 && !lane.held && lane.worker.doing().taskId === 0) {
        this.#sightings.delete(lane);
        continue;
      }
      busy = true;
      if (lane.verdict === undefined) this.#look(lane);
    }
    if (busy) this.wake();
  }

  #look(lane: Lane): void {
    const entry = lane.worker.doing();
    const now = monotonicMs();
    const sample = lane.worker.sample();
    const seen = this.#sighting(lane, entry, now, sample);
    if (lane.held && (entry.taskId === 0 || now - entry.startedAt < HELD_AFTER_MS))
      this.#events.released(lane);
    // Whatever it was at, even if that was answered just before: all of its jobs would wait.
    if (sample?.stopped === true && now - seen.since > STOPPED_AFTER_MS) {
      this.#events.condemned(lane, STOPPED);
      return;
    }
    const job = lane.sent.get(entry.taskId);
    seen.silentLooks = job === undefined && lane.owes ? seen.silentLooks + 1 : 0;
    if (seen.silentLooks > this.#silentLooks) {
      this.#events.condemned(lane, SILENT);
      return;
    }
    if (entry.taskId === 0) return;
    const age = now - entry.startedAt;
    if (job === undefined) {
      // It was answered just now; or it was given up and runs on, and nobody waits for it.
      const unwanted = (seen.unwanted ??= { since: now, cpuMs: sample?.cpuMs ?? 0 });
      const tookMs = sample === undefined ? now - unwanted.since : sample.cpuMs - unwanted.cpuMs;
      if (now - unwanted.since > HELD_AFTER_MS) this.#hold(lane, entry, seen);
      const late = now > entry.deadlineAt + DEADLINE_GRACE_MS && usedMs(lane, seen) >= HELD_CPU_MS;
      if (late || tookMs > UNWANTED_CPU_MS) this.#events.condemned(lane, UNWANTED);
      return;
    }
    const verdict = this.#judge(seen, sample, job, entry, now);
    if (verdict !== undefined) this.#events.condemned(lane, verdict);
    else if (!this.#weigh(lane, entry, sample, now) && age > HELD_AFTER_MS) this.#hold(lane, entry, seen);
  }

  /**
   * A worker that is too large has to give memory back, and goes if it does not: the run that is there is not to blame, and is
   * run again. Only one that may have more than a worker may is told so in the end. Answers whether the worker goes.
   */
  #weigh(lane: Lane, entry: Entry, sample: ProcessSample | undefined, now: number): boolean {
    const excess = (sample?.rssBytes ?? 0) - this.#workerBytes;
    if (excess <= 0) {
      this.#crowding.delete(lane);
      return false;
    }
    let crowding = this.#crowding.get(lane);
    if (crowding === undefined) this.#crowding.set(lane, (crowding = { since: now, askedAt: 0 }));
    if (now - crowding.since > CROWDED_MS || excess > this.#workerBytes * (FAR_TOO_LARGE - 1)) {
      this.#events.condemned(lane, this.#crowdedBy(lane, entry, now));
      return true;
    }
    if (now - crowding.askedAt > SHED_EVERY_MS) {
      crowding.askedAt = now;
      this.#events.crowded(lane, excess);
    }
    return false;
  }

  #crowdedBy(lane: Lane, entry: Entry, now: number): Verdict {
    const job = lane.sent.get(entry.taskId);
    if (job === undefined || memoryAllowance(job.request.memoryBytes) <= this.#workerBytes) return CROWDED;
    if (++job.crowded < CROWDED_BELIEVED) return CROWDED;
    const most = Math.round(this.#workerBytes / MiB);
    const reason = `its worker grew by more than the ${most} MiB that a worker may have, ${job.crowded} times; killed`;
    const { cpuMs } = this.usage(lane, entry);
    return { job, outcome: 'MEMORY_LIMIT', reason, wallMs: now - entry.startedAt, cpuMs };
  }

  #sighting(lane: Lane, { sequence }: Entry, now: number, sample: ProcessSample | undefined): Sighting {
    let seen = this.#sightings.get(lane);
    if (seen?.sequence !== sequence) {
      seen = { sequence, before: sample, since: now, last: sample, lastAt: now, silentLooks: 0 };
      this.#sightings.set(lane, seen);
    } else if (sample !== undefined) {
      seen.last = sample;
      seen.lastAt = now;
    }
    return seen;
  }

  #judge(
    seen: Sighting,
    sample: ProcessSample | undefined,
    job: Job,
    { startedAt, deadlineAt, usedMs }: Entry,
    now: number,
  ): Verdict | undefined {
    const { cpuMs: budgetMs, memoryBytes } = job.request;
    const { before } = seen;
    const age = now - startedAt;
    const cpuMs = usedMs + (sample === undefined || before === undefined ? 0 : sample.cpuMs - before.cpuMs);
    const grown = sample === undefined || before === undefined ? 0 : sample.rssBytes - before.rssBytes;
    if (job.cancelledAt !== undefined && now > job.cancelledAt + CANCEL_GRACE_MS)
      return {
        job,
        outcome: 'CANCELLED',
        reason: 'cancelled by the caller while it ran',
        wallMs: age,
        cpuMs,
      };
    if (now > deadlineAt) seen.cpuMsAtDeadline ??= sample?.cpuMs;
    const graceCpuMs = (sample?.cpuMs ?? 0) - (seen.cpuMsAtDeadline ?? 0);
    if (now > deadlineAt + (graceCpuMs >= TICK_CPU_MS ? DEADLINE_GRACE_MS : CROWDED_GRACE_MS)) {
      if (sample?.stopped === true) return STOPPED;
      const reason = `still running ${Math.round(age)} ms after its start; killed`;
      return { job, outcome: 'TIMEOUT', reason, wallMs: age, cpuMs };
    }
    // Ticks may count one too many: a run at its deadline is not to be blamed for its CPU time.
    if (cpuMs > budgetMs + TICK_CPU_MS) {
      const reason = `used ${Math.round(cpuMs)} ms of CPU, its budget is ${budgetMs} ms; killed`;
      return { job, outcome: 'CPU_LIMIT', reason, wallMs: age, cpuMs };
    }
    if (grown > memoryAllowance(memoryBytes)) {
      const sizes = `${Math.round(grown / MiB)} MiB, its limit is ${Math.round(memoryBytes / MiB)} MiB`;
      return {
        job,
        outcome: 'MEMORY_LIMIT',
        reason: `its worker grew by ${sizes}; killed`,
        wallMs: age,
        cpuMs,
      };
    }
    return undefined;
  }

  /** A worker that is not given a processor holds nobody up: elsewhere it would be no better. */
  #hold(lane: Lane, { taskId, deadlineAt }: Entry, seen: Sighting): void {
    if (lane.held || deadlineAt - monotonicMs() < SOON_OVER_MS) return;
    if (usedMs(lane, seen) >= HELD_CPU_MS) this.#events.held(lane, taskId);
  }
}

/** CPU time since a slice was first seen, in milliseconds; without end where it can't be told. */
function usedMs(lane: Lane, { before }: Sighting): number {
  const sample = lane.worker.sample();
  return sample === undefined || before === undefined
    ? Number.POSITIVE_INFINITY
    : sample.cpuMs - before.cpuMs;
}
