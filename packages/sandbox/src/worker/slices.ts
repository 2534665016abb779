import type ivm from 'isolated-vm';
import { OUTCOMES } from '../outcome.ts';
import type { CallAnswer, WireError } from '../protocol.ts';
import { monotonicMs, PHASE, type Phase, type RecorderWriter } from '../recorder.ts';
import type { Cancellation } from './cancellation.ts';
import { CpuClock } from './cpu-clock.ts';
import { MemoryGauge } from './memory-gauge.ts';
import type { Argument, Op, Realm } from './realm.ts';

const MiB = 1024 * 1024;

const cpuClock = new CpuClock();
const memoryGauge = new MemoryGauge();

/** The isolate went before the task could enter it: with a neighbour in it. The task may be done again elsewhere. */
export class Displaced extends Error {}

/** A slice that isolated-vm ended: the realm can't be trusted any more. */
export class SliceFailure extends Error {
  readonly outcome: 'TIMEOUT' | 'CPU_LIMIT' | 'MEMORY_LIMIT' | 'THREW';
  readonly error: WireError | undefined;
  /** Whether guest code was cut off: what it left in the isolate may go on when it is entered again. */
  readonly cutOff: boolean;

  constructor(outcome: SliceFailure['outcome'], reason: string, cutOff: boolean, error?: WireError) {
    super(reason);
    this.outcome = outcome;
    this.cutOff = cutOff;
    this.error = error;
  }

  /** As the answer to the call that failed. */
  get answer(): CallAnswer {
    const answer = { o: OUTCOMES.indexOf(this.outcome), r: this.message };
    return this.error === undefined ? answer : { ...answer, e: this.error };
  }
}

/** What isolated-vm copied out of a guest's error. */
export function wireError(thrown: unknown, path: string): WireError {
  if (!(thrown instanceof Error)) return ['Thrown', String(thrown).slice(0, 2048), '', path];
  const frames = (thrown.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) => line.startsWith('at ') && !/\(?(?:<isolated-vm|file:|node:|petri:bootstrap|\/)/.test(line),
    )
    .map((line) => line.slice(3));
  return [thrown.name.slice(0, 128), thrown.message.slice(0, 2048), frames.join('\n').slice(0, 4096), path];
}

/**
 * What isolated-vm means by what it throws, or undefined if the guest threw it. A guest may imitate the messages, so
 * a time-out must also be past its deadline, and a lost isolate must be lost.
 */
export function sliceFailure(
  thrown: unknown,
  isolate: ivm.Isolate,
  deadlineAt: number,
): SliceFailure | undefined {
  if (isolate.isDisposed) return new SliceFailure('MEMORY_LIMIT', 'the heap reached its limit', true);
  const timedOut = thrown instanceof Error && thrown.message === 'Script execution timed out.';
  // The timer of isolated-vm counts whole milliseconds.
  if (timedOut && monotonicMs() >= deadlineAt - 1) return new SliceFailure('TIMEOUT', LATE, true);
  return undefined;
}

const LATE = 'still running at its deadline';

/** One task's clock: its deadline, and what it has used. Every slice of guest code goes through it. */
export class Meter {
  readonly taskId: number;
  readonly startedAt = monotonicMs();
  /** Moves on by what other guests of the worker made this one wait. */
  deadlineAt: number;
  /** In microseconds, over all slices so far. */
  cpuUs = 0;
  /** The part of it that was the fitness program's. */
  #programUs = 0;
  readonly #cpuMs: number;
  readonly #recorder: RecorderWriter;
  readonly #onPark: () => void;
  #foreignMs = 0;
  #parked = false;
  #inSlice = false;

  /** `onPark` is told when the task first waits for a timer. */
  constructor(
    recorder: RecorderWriter,
    { id, wallMs, cpuMs }: { id: number; wallMs: number; cpuMs: number },
    onPark: () => void,
  ) {
    this.#recorder = recorder;
    this.#onPark = onPark;
    this.taskId = id;
    this.#cpuMs = cpuMs;
    this.deadlineAt = this.startedAt + wallMs;
  }

  get wallUs(): number {
    return Math.round((monotonicMs() - this.startedAt - this.#foreignMs) * 1000);
  }

  /** Whether the slices so far have taken more CPU time than there is for the task. */
  get exhausted(): boolean {
    return this.cpuUs > this.#cpuMs * 1000;
  }

  /** Whether most of it was the fitness program's. */
  get programsFault(): boolean {
    return this.#programUs > this.cpuUs / 2;
  }

  /** Of a task that is exhausted. */
  exhaustion(): SliceFailure {
    const used = Math.ceil(this.cpuUs / 1000);
    return new SliceFailure('CPU_LIMIT', `used ${used} ms of CPU, its budget is ${this.#cpuMs} ms`, false);
  }

  /** Milliseconds to a deadline, at least 1. */
  left(deadlineAt: number): number {
    return Math.max(1, deadlineAt - monotonicMs());
  }

  /**
   * Waits, and moves the deadline on by what the wait took too long: that was another guest's time. Answers the
   * milliseconds.
   *
   * @throws Cancelled
   */
  async idle(cancellation: Cancellation, ms: number): Promise<number> {
    if (ms > 0 && !this.#parked) {
      this.#parked = true;
      this.#onPark();
    }
    const dueAt = monotonicMs() + ms;
    const busyMs = this.#recorder.busyMs;
    await cancellation.wait(ms);
    // Timers come late by themselves, too.
    const late = Math.min(Math.max(0, monotonicMs() - dueAt), this.#recorder.busyMs - busyMs);
    this.deadlineAt += late;
    this.#foreignMs += late;
    return late;
  }

  /**
   * Runs `work`, which enters the guest, under the recorder; `work` gets the whole milliseconds that are left. A slice
   * within a slice is part of it. What memory it takes is `realm`'s.
   *
   * @throws SliceFailure
   */
  slice<T>(
    work: (timeout: number) => T,
    deadlineAt = this.deadlineAt,
    phase: Phase = PHASE.guest,
    realm?: Realm,
  ): T {
    const now = monotonicMs();
    const timeout = Math.ceil(deadlineAt - now);
    if (this.#inSlice && timeout > 0) return work(timeout);
    if (timeout <= 0) throw new SliceFailure('TIMEOUT', LATE, false);
    if (this.exhausted) throw this.exhaustion();
    this.#recorder.begin(this.taskId, phase, now, deadlineAt, this.cpuUs / 1000);
    cpuClock.begin(now);
    memoryGauge.begin(now);
    this.#inSlice = true;
    try {
      return work(timeout);
    } finally {
      this.#inSlice = false;
      const end = monotonicMs();
      this.#recorder.busyMs += end - now;
      this.#recorder.end();
      const usedUs = cpuClock.end(now, end);
      this.cpuUs += usedUs;
      if (phase === PHASE.program) this.#programUs += usedUs;
      memoryGauge.end(realm, now, end);
    }
  }

  /** One call of the bootstrap. */
  ask(
    realm: Realm,
    deadlineAt: number,
    phase: Phase,
    op: Op,
    a?: Argument,
    b?: Argument,
    c?: Argument,
  ): string {
    const { isolate } = realm.shell;
    if (isolate.isDisposed) throw new Displaced();
    const text = this.slice(
      (timeout) => {
        try {
          return realm.ask(timeout, op, a, b, c);
        } catch (thrown) {
          const failure = sliceFailure(thrown, isolate, deadlineAt);
          // The bootstrap lets nothing through: this is a promise that was rejected and that nobody handled.
          throw (
            failure ?? new SliceFailure('THREW', 'a rejection was not handled', false, wireError(thrown, ''))
          );
        }
      },
      deadlineAt,
      phase,
      realm,
    );
    if (memoryGauge.suspects(realm.shell) && !this.#inSlice) this.#try(realm);
    return text;
  }

  /** @throws SliceFailure, if the realm holds more than it may; if not, what was asked stands, and the isolate is rebuilt */
  #try(realm: Realm): void {
    const held = memoryGauge.convict(realm);
    if (held === 0) return;
    const [size, limit] = [held, realm.shell.memoryBytes].map((bytes) => Math.round(bytes / MiB));
    throw new SliceFailure(
      'MEMORY_LIMIT',
      `its worker grew by ${size} MiB over its slices, its limit is ${limit} MiB`,
      true,
    );
  }
}
