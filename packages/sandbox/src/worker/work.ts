import type { CallAnswer, FromWorker, LoadTask, RunTask, Task } from '../protocol.ts';
import { PHASE } from '../recorder.ts';
import { callGuest } from './calls.ts';
import type { Cancellation } from './cancellation.ts';
import { Evaluations, type EvaluationTask, type Outgoing } from './evaluations.ts';
import { Loader, LoadFailure } from './loader.ts';
import type { Nursery } from './nursery.ts';
import { OP } from './realm.ts';
import { endOf, Resident } from './resident.ts';
import type { Residents } from './residents.ts';
import type { Meter } from './slices.ts';

/** What each kind of task does with a resident. */
export class Work {
  readonly #nursery: Nursery;
  readonly #evaluations: Evaluations;
  readonly #residents: Residents;
  readonly #notify: (message: Extract<FromWorker, { kind: 'starting' }>) => void;

  constructor(
    nursery: Nursery,
    residents: Residents,
    notify: (message: Extract<FromWorker, { kind: 'starting' }>) => void,
  ) {
    this.#nursery = nursery;
    this.#evaluations = new Evaluations(nursery);
    this.#residents = residents;
    this.#notify = notify;
  }

  /** Whatever the task asks for. @throws LoadFailure, SliceFailure, Cancelled, ProgramFailure (also as rejections) */
  do(task: Task, meter: Meter, cancellation: Cancellation): Outgoing | Promise<Outgoing> {
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
      case 'scan':
        return this.#inspect(task, meter);
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

  #inspect({ plan, id }: Task, meter: Meter): Outgoing {
    if (plan?.scan === undefined) throw new Error(`task ${id} has nothing to scan`);
    const { modules, memoryBytes, scan } = plan;
    const cradle = this.#nursery.once('', memoryBytes);
    const realm = meter.slice(() => cradle.take());
    try {
      const report = new Loader(realm, meter, PHASE.guest).inspect(modules, scan);
      cradle.give(realm, 'done');
      return { o: 0, scan: report };
    } catch (thrown) {
      cradle.give(realm, endOf(thrown));
      throw thrown;
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
    this.#residents.drop(key, 'unfinished');
    throw new LoadFailure('start', answer.e ?? ['', answer.r ?? 'start() failed', '', '']);
  }

  /** A case may cost the sandbox its isolate: the next needs the plan, with the state as it is now. */
  #evaluate(task: EvaluationTask, meter: Meter, cancellation: Cancellation): Promise<Outgoing> {
    const plan = task.plan ?? this.#residents.get(task.key)?.plan;
    const planned = plan === undefined ? task : { ...task, plan };
    const resident = () => this.#acquire(planned, meter, cancellation);
    return this.#evaluations.evaluate(planned, meter, cancellation, resident);
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
    const { function: name, args } = call ?? { function: 'default', args: '[]' };
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
      const answer = { o: 0, s: started.s ?? migrated.v ?? plan.stateJson };
      const { scanReport } = resident;
      return scanReport === undefined || scanReport.findings.length === 0
        ? answer
        : { ...answer, scan: scanReport };
    } catch (thrown) {
      resident.release(endOf(thrown));
      throw thrown;
    } finally {
      if (this.#residents.get(task.key) !== resident) resident.release('unfinished');
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
        : [resident.expression(meter, `(${migrate.handler})(state, versions)`, 'state, versions'), 'default'];
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

  async #stop(task: Task, meter: Meter, cancellation: Cancellation): Promise<Outgoing> {
    const resident = this.#residents.get(task.key);
    if (resident === undefined || !resident.has('stop')) {
      this.#residents.drop(task.key, 'done');
      return { o: 0 };
    }
    try {
      return await resident.lifeCycle(meter, cancellation, 'stop');
    } finally {
      this.#residents.drop(task.key, 'unfinished');
    }
  }
}
