import { OUTCOMES } from '../outcome.ts';
import type { Answer, FromWorker, Task, ToWorker } from '../protocol.ts';
import type { RecorderWriter } from '../recorder.ts';
import { Cancellation, Cancelled } from './cancellation.ts';
import type { Outgoing } from './evaluations.ts';
import { LoadFailure } from './loader.ts';
import type { Nursery } from './nursery.ts';
import { ProgramFailure } from './program.ts';
import { MIN_ISOLATE_BYTES } from './realm.ts';
import type { Residents } from './residents.ts';
import { endOf } from './resident.ts';
import { Displaced, Meter, SliceFailure } from './slices.ts';
import { Work } from './work.ts';

const CANCELLED = OUTCOMES.indexOf('CANCELLED');
const CRASHED = OUTCOMES.indexOf('CRASHED');
const CPU_LIMIT = OUTCOMES.indexOf('CPU_LIMIT');
const MEMORY_LIMIT = OUTCOMES.indexOf('MEMORY_LIMIT');
const THREW = OUTCOMES.indexOf('THREW');

/** How guests end their runs themselves. */
const OF_ITS_OWN = new Set(
  (['COMPLETED', 'THREW', 'OUTPUT_LIMIT', 'INVALID_RESULT'] as const).map((name) => OUTCOMES.indexOf(name)),
);

/** Does tasks one after another; those of one resident in order, even while one of them waits for a timer. */
export class Tasks {
  readonly #recorder: RecorderWriter;
  readonly #work: Work;
  readonly #residents: Residents;
  readonly #send: (answer: Answer) => void;
  readonly #notify: (message: Extract<FromWorker, { id: number }>) => void;
  /** By key: tasks that wait until the one before them is answered. */
  readonly #waiting = new Map<number, Task[]>();
  /** Tasks that are neither answered nor waiting for a timer. */
  readonly #active = new Set<number>();
  readonly #dropLater = new Set<number>();
  readonly #cancellations = new Map<number, Cancellation>();

  constructor(
    recorder: RecorderWriter,
    nursery: Nursery,
    residents: Residents,
    send: (answer: Answer) => void,
    notify: (message: Extract<FromWorker, { id: number }>) => void,
  ) {
    this.#recorder = recorder;
    this.#work = new Work(nursery, residents, notify);
    this.#residents = residents;
    this.#send = send;
    this.#notify = notify;
  }

  /** Notes what can be noted at once; answers whether the message is a task to be done in its turn. */
  accept(message: ToWorker): message is Task {
    if (message.kind === 'cancel') {
      this.#cancellations.get(message.id)?.cancel();
      return false;
    }
    if (message.kind === 'shed') {
      this.#residents.shed(message.bytes);
      return false;
    }
    if (message.kind === 'drop') {
      // What waits for a timer there is answered first.
      if (this.#waiting.has(message.key)) this.#dropLater.add(message.key);
      else this.#residents.drop(message.key, 'done');
      return false;
    }
    this.#cancellations.set(message.id, new Cancellation());
    return true;
  }

  /** Whether a task goes on as soon as the event loop is given a turn: no other should start before. */
  get goingOn(): boolean {
    return this.#active.size > 0;
  }

  run(task: Task): void {
    const queue = this.#waiting.get(task.key);
    if (queue === undefined) this.#start(task);
    else queue.push(task);
  }

  #start(task: Task): void {
    const cancellation = this.#cancellations.get(task.id) ?? new Cancellation();
    const meter = new Meter(this.#recorder, task, () => {
      this.#active.delete(task.id);
      this.#notify({ kind: 'parked', id: task.id });
    });
    if (cancellation.cancelled) {
      this.#answer(task, meter, { o: CANCELLED, r: 'cancelled by the caller before it started' });
      return;
    }
    if (task.plan === undefined && !this.#residents.has(task.key)) {
      this.#giveBack(task);
      return;
    }
    try {
      const outcome = this.#work.do(task, meter, cancellation);
      if (outcome instanceof Promise) this.#park(task, meter, outcome);
      else this.#answer(task, meter, outcome);
    } catch (thrown) {
      this.#fail(task, meter, thrown);
    }
  }

  /** Holds back the resident's other tasks until this one is answered. */
  #park(task: Task, meter: Meter, outcome: Promise<Outgoing>): void {
    const { key } = task;
    // One-shot candidates have no key, and nothing in common.
    if (key !== 0) this.#waiting.set(key, []);
    const resident = this.#residents.get(key);
    if (resident !== undefined) resident.waiting = true;
    this.#active.add(task.id);
    void outcome
      .then(
        (answer) => this.#answer(task, meter, answer),
        (thrown: unknown) => this.#fail(task, meter, thrown),
      )
      .then(() => {
        this.#active.delete(task.id);
        if (resident !== undefined) resident.waiting = false;
        if (this.#dropLater.delete(key)) this.#residents.drop(key, 'done');
        const queue = this.#waiting.get(key) ?? [];
        this.#waiting.delete(key);
        for (const next of queue) this.run(next);
      });
  }

  /** The supervisor sends it again, with what to build. */
  #giveBack(task: Task): void {
    this.#cancellations.delete(task.id);
    this.#notify({ kind: 'missing', id: task.id });
  }

  #fail(task: Task, meter: Meter, thrown: unknown): void {
    if (thrown instanceof Displaced) {
      this.#residents.drop(task.key, 'done');
      this.#giveBack(task);
      return;
    }
    if (!(thrown instanceof LoadFailure)) this.#residents.drop(task.key, endOf(thrown));
    this.#answer(task, meter, failure(thrown));
  }

  #answer(task: Task, meter: Meter, outgoing: Outgoing): void {
    this.#cancellations.delete(task.id);
    const answer: Answer = { ...outgoing, id: task.id, w: meter.wallUs, c: meter.cpuUs, h: 0, x: 0 };
    const resident = this.#residents.get(task.key);
    if (resident !== undefined) {
      // For a build of it that has to be made again.
      if (answer.s !== undefined) resident.plan.stateJson = answer.s;
      if (task.kind === 'usage') resident.measure();
      else resident.measureAfter(answer.w);
      if (resident.worn) this.#residents.drop(task.key, 'done');
      answer.h = resident.heapBytes;
      answer.x = resident.externalBytes;
      // isolated-vm's smallest limit is larger than some sandboxes'.
      const { memoryBytes, group } = resident.plan;
      if (
        group === '' &&
        memoryBytes < MIN_ISOLATE_BYTES &&
        answer.h + answer.x > memoryBytes + EMPTY_HEAP_BYTES
      )
        this.#overrule(task, answer, MEMORY_LIMIT, 'the heap is past its limit');
    }
    if (meter.exhausted) {
      this.#overrule(task, answer, CPU_LIMIT, meter.exhaustion().message);
      if (meter.programsFault) answer.program = true;
    }
    this.#send(answer);
  }

  /** A run that came to an end of its own, but past a limit: it leaves no trace. */
  #overrule(task: Task, answer: Answer, outcome: number, reason: string): void {
    this.#residents.drop(task.key, 'done');
    if (!OF_ITS_OWN.has(answer.o)) return;
    answer.o = outcome;
    answer.r = reason;
    for (const name of ['v', 's', 'e', 'cases', 'stage'] as const) delete answer[name];
  }
}

// What a realm with nothing in it takes; measured, rounded up.
const EMPTY_HEAP_BYTES = 2 * 1024 * 1024;

function failure(thrown: unknown): Outgoing {
  if (thrown instanceof LoadFailure) {
    const { stage, error, report } = thrown;
    return report === undefined ? { o: THREW, e: error, stage } : { o: THREW, e: error, stage, scan: report };
  }
  if (thrown instanceof SliceFailure) return thrown.answer;
  if (thrown instanceof Cancelled) return { o: CANCELLED, r: 'cancelled by the caller' };
  if (thrown instanceof ProgramFailure) return { o: THREW, r: thrown.message, program: true };
  // Not foreseen, and not worth a worker.
  return { o: CRASHED, r: `the isolate failed: ${String(thrown).slice(0, 200)}` };
}
