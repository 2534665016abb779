import { OUTCOMES } from '../outcome.ts';
import type {
  Answer,
  BuildPlan,
  CallAnswer,
  FromWorker,
  LoadTask,
  RunTask,
  Task,
  ToWorker,
} from '../protocol.ts';
import { PHASE, type RecorderWriter } from '../recorder.ts';
import { callGuest } from './calls.ts';
import { Cancellation, Cancelled } from './cancellation.ts';
import { LoadFailure, SANDBOX_MODULE } from './loader.ts';
import { LogGatherer } from './logs.ts';
import type { Cradle, Nursery } from './nursery.ts';
import { ProgramFailure, Programs } from './program.ts';
import { MIN_ISOLATE_BYTES, OP } from './realm.ts';
import { Resident } from './resident.ts';
import { Residents } from './residents.ts';
import { Meter, SliceFailure } from './slices.ts';
import { type Rebuild, runSuite } from './suite.ts';

type Outgoing = Omit<Answer, 'id' | 'w' | 'c' | 'h' | 'x'>;
type EvaluationTask = Extract<Task, { kind: 'suite' | 'program' }>;

const CANCELLED = OUTCOMES.indexOf('CANCELLED');
const CPU_LIMIT = OUTCOMES.indexOf('CPU_LIMIT');
const MEMORY_LIMIT = OUTCOMES.indexOf('MEMORY_LIMIT');
const THREW = OUTCOMES.indexOf('THREW');

/** Does tasks one after another; those of one resident in order, even while one of them waits for a timer. */
export class Tasks {
  readonly #recorder: RecorderWriter;
  readonly #nursery: Nursery;
  readonly #programs: Programs;
  readonly #residents: Residents;
  readonly #send: (answer: Answer) => void;
  readonly #notify: (message: Extract<FromWorker, { id: number }>) => void;
  /** By key: tasks that wait until the one before them is answered. */
  readonly #waiting = new Map<number, Task[]>();
  readonly #cancellations = new Map<number, Cancellation>();

  constructor(
    recorder: RecorderWriter,
    nursery: Nursery,
    residents: Residents,
    send: (answer: Answer) => void,
    notify: (message: Extract<FromWorker, { id: number }>) => void,
  ) {
    this.#recorder = recorder;
    this.#nursery = nursery;
    this.#programs = new Programs(nursery);
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
    if (message.kind === 'drop') {
      this.#residents.drop(message.key, false);
      return false;
    }
    this.#cancellations.set(message.id, new Cancellation());
    return true;
  }

  run(task: Task): void {
    const queue = this.#waiting.get(task.key);
    if (queue === undefined) this.#start(task);
    else queue.push(task);
  }

  #start(task: Task): void {
    const meter = new Meter(this.#recorder, task.id, task.wallMs);
    const cancellation = this.#cancellations.get(task.id) ?? new Cancellation();
    try {
      cancellation.check();
      if (task.plan === undefined && !this.#residents.has(task.key)) {
        this.#cancellations.delete(task.id);
        this.#notify({ kind: 'missing', id: task.id });
        return;
      }
      const outcome = this.#do(task, meter, cancellation);
      if (outcome instanceof Promise) this.#park(task, meter, outcome);
      else this.#answer(task, meter, outcome);
    } catch (thrown) {
      this.#answer(task, meter, this.#failed(task, thrown));
    }
  }

  /** Holds back the resident's other tasks until this one is answered. */
  #park(task: Task, meter: Meter, outcome: Promise<Outgoing>): void {
    this.#waiting.set(task.key, []);
    void outcome
      .catch((thrown: unknown) => this.#failed(task, thrown))
      .then((answer) => {
        this.#answer(task, meter, answer);
        const queue = this.#waiting.get(task.key) ?? [];
        this.#waiting.delete(task.key);
        for (const next of queue) this.run(next);
      });
  }

  #do(task: Task, meter: Meter, cancellation: Cancellation): Outgoing | Promise<Outgoing> {
    switch (task.kind) {
      case 'run': {
        const resident = this.#acquire(task, meter, cancellation);
        if (resident instanceof Promise)
          return resident.then((built) => this.#call(task, built, meter, cancellation));
        return this.#call(task, resident, meter, cancellation);
      }
      case 'load':
        return this.#load(task, meter, cancellation);
      case 'suite':
      case 'program':
        return this.#evaluate(task, meter, cancellation);
      case 'stop':
        return this.#stop(task, meter, cancellation);
      case 'usage': {
        const resident = this.#residents.get(task.key);
        if (resident === undefined) return { o: 0 };
        return {
          o: 0,
          tasks: Number(meter.ask(resident.realm, meter.deadlineAt, PHASE.guest, OP.tasks).slice(1)),
        };
      }
    }
  }

  /** The resident, built and started if it has to be. */
  #acquire(task: Task, meter: Meter, cancellation: Cancellation): Resident | Promise<Resident> {
    const known = this.#residents.get(task.key);
    if (known !== undefined) return known;
    if (task.plan === undefined) throw new Error(`task ${task.id} has no plan and no resident`);
    const { plan } = task;
    const resident = Resident.build(plan, this.#nursery.member(plan.group, plan.memoryBytes), meter);
    this.#residents.set(task.key, resident);
    return resident.has('start') ? this.#begin(task.key, resident, meter, cancellation) : resident;
  }

  async #begin(key: number, resident: Resident, meter: Meter, cancellation: Cancellation): Promise<Resident> {
    const answer = await resident.lifeCycle(meter, cancellation, 'start');
    if (answer.o === 0) {
      // State set by start() counts from the first run on that commits.
      return resident;
    }
    this.#residents.drop(key, true);
    throw new LoadFailure('start', answer.e ?? ['', answer.r ?? 'start() failed', '', '']);
  }

  #call(
    task: RunTask,
    resident: Resident,
    meter: Meter,
    cancellation: Cancellation,
  ): CallAnswer | Promise<CallAnswer> {
    resident.prepare(meter, task.determinism);
    const { call, expression } = task;
    const module =
      call !== undefined
        ? call.module || resident.plan.entry
        : resident.expression(meter, expression ?? 'null');
    const { function: name, args } = call ?? { function: 'run', args: '[]' };
    return callGuest(meter, resident, cancellation, meter.deadlineAt, OP.call, module, name, args);
  }

  async #load(task: LoadTask, meter: Meter, cancellation: Cancellation): Promise<Outgoing> {
    const { plan } = task;
    const earlier = task.beside === undefined ? undefined : this.#residents.get(task.beside);
    const cradle =
      earlier === undefined
        ? this.#nursery.member(plan.group, plan.memoryBytes)
        : this.#nursery.beside(earlier.realm, plan.memoryBytes);
    const resident = Resident.build(plan, cradle, meter);
    try {
      const migrated = await this.#migrate(task, resident, meter, cancellation);
      if (migrated.o !== 0) return { ...migrated, stage: 'migrate' };
      if (resident.has('start')) this.#notify({ kind: 'starting', id: task.id });
      const started = resident.has('start')
        ? await resident.lifeCycle(meter, cancellation, 'start')
        : ({ o: 0 } as CallAnswer);
      if (started.o !== 0) return { ...started, stage: 'start' };
      this.#residents.set(task.key, resident);
      return { o: 0, s: started.s ?? migrated.v ?? plan.stateJson };
    } catch (thrown) {
      if (!(thrown instanceof LoadFailure)) resident.release(true);
      throw thrown;
    } finally {
      if (this.#residents.get(task.key) !== resident) resident.release(false);
    }
  }

  async #migrate(
    { migrate, plan }: LoadTask,
    resident: Resident,
    meter: Meter,
    cancellation: Cancellation,
  ): Promise<CallAnswer> {
    if (migrate === undefined || (migrate.handler === '' && !resident.has('migrate'))) return { o: 0 };
    const [module, name] =
      migrate.handler === ''
        ? [plan.entry, 'migrate']
        : [resident.expression(meter, `(${migrate.handler})(state, versions)`, 'state, versions'), 'run'];
    const versions = JSON.stringify({ from: migrate.from, to: migrate.to });
    const answer = await callGuest(
      meter,
      resident,
      cancellation,
      meter.deadlineAt,
      OP.migrate,
      module,
      name,
      versions,
    );
    if (answer.v !== undefined)
      meter.ask(resident.realm, meter.deadlineAt, PHASE.guest, OP.committed, answer.v);
    return answer;
  }

  /**
   * Evaluates where it costs least: a candidate that may share an isolate first in a hardened realm, and once more in a
   * fresh one if anything failed there.
   */
  async #evaluate(task: EvaluationTask, meter: Meter, cancellation: Cancellation): Promise<Outgoing> {
    if (!task.once)
      return this.#judge(task, meter, cancellation, () => this.#acquire(task, meter, cancellation));
    const { plan } = task;
    if (plan === undefined) throw new Error('a candidate came without a plan');
    const { group, memoryBytes } = plan;
    const hardened = canShareRealm(plan) ? this.#nursery.hardened(group, memoryBytes) : undefined;
    if (hardened !== undefined) {
      const outgoing = await this.#once(task, plan, hardened, meter, cancellation).catch(
        (thrown: unknown) => {
          if (thrown instanceof LoadFailure) return undefined;
          throw thrown;
        },
      );
      if (outgoing !== undefined && !outgoing.failed) return outgoing.answer;
    }
    const { answer } = await this.#once(
      task,
      plan,
      this.#nursery.once(group, memoryBytes),
      meter,
      cancellation,
    );
    return answer;
  }

  /** In a realm of its own for this once. */
  async #once(
    task: EvaluationTask,
    plan: BuildPlan,
    cradle: Cradle,
    meter: Meter,
    cancellation: Cancellation,
  ): Promise<{ answer: Outgoing; failed: boolean }> {
    let own = Resident.build(plan, cradle, meter);
    try {
      const answer = await this.#judge(task, meter, cancellation, () => {
        if (!own.alive) own = Resident.build(plan, this.#nursery.once(plan.group, plan.memoryBytes), meter);
        return own;
      });
      const failed = answer.o !== 0 || (answer.failedCalls ?? 0) > 0;
      return { answer, failed };
    } finally {
      own.release(false);
    }
  }

  async #judge(
    task: EvaluationTask,
    meter: Meter,
    cancellation: Cancellation,
    resident: Rebuild,
  ): Promise<Outgoing> {
    const logs = new LogGatherer((await resident()).plan.logBytes);
    if (task.kind === 'program') {
      const { answer, ...counts } = await this.#programs.run(task, meter, cancellation, resident, logs);
      return { ...answer, ...counts, ...logs.gathered };
    }
    const cases = await runSuite(task, meter, cancellation, resident);
    for (const answer of cases) logs.add(answer);
    const failedCalls = cases.filter(({ o }) => o !== 0).length;
    return { o: 0, cases, calls: cases.length, failedCalls, ...logs.gathered };
  }

  async #stop(task: Task, meter: Meter, cancellation: Cancellation): Promise<Outgoing> {
    const resident = this.#residents.get(task.key);
    if (resident === undefined || !resident.has('stop')) {
      this.#residents.drop(task.key, false);
      return { o: 0 };
    }
    try {
      return await resident.lifeCycle(meter, cancellation, 'stop');
    } finally {
      this.#residents.drop(task.key, true);
    }
  }

  #failed(task: Task, thrown: unknown): Outgoing {
    if (thrown instanceof LoadFailure) return { o: THREW, e: thrown.error, stage: thrown.stage };
    this.#residents.drop(task.key, true);
    if (thrown instanceof SliceFailure) return thrown.answer;
    if (thrown instanceof Cancelled) return { o: CANCELLED, r: 'cancelled by the caller' };
    if (thrown instanceof ProgramFailure) return { o: THREW, r: thrown.message, program: true };
    throw thrown;
  }

  #answer(task: Task, meter: Meter, outgoing: Outgoing): void {
    this.#cancellations.delete(task.id);
    const answer: Answer = { ...outgoing, id: task.id, w: meter.wallUs, c: meter.cpuUs, h: 0, x: 0 };
    const resident = this.#residents.get(task.key);
    if (resident !== undefined) {
      resident.measure(answer.w);
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
    if (meter.cpuUs > task.cpuMs * 1000) {
      const used = Math.ceil(meter.cpuUs / 1000);
      this.#overrule(task, answer, CPU_LIMIT, `used ${used} ms of CPU, its budget is ${task.cpuMs} ms`);
    }
    this.#send(answer);
  }

  /** A run that came to an end, but past a limit: it leaves no trace. */
  #overrule(task: Task, answer: Answer, outcome: number, reason: string): void {
    this.#residents.drop(task.key, true);
    if (answer.o !== 0) return;
    answer.o = outcome;
    answer.r = reason;
    delete answer.v;
    delete answer.s;
    delete answer.cases;
  }
}

// What a realm with nothing in it takes; measured, rounded up.
const EMPTY_HEAP_BYTES = 2 * 1024 * 1024;

/** Hardened realms have no place for state, binaries, or code from strings. */
function canShareRealm({ group, modules }: BuildPlan): boolean {
  return (
    group !== '' &&
    modules.every(({ language, text }) => language !== 'wasm' && !text.includes(SANDBOX_MODULE))
  );
}
