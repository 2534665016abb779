import { DEFAULT_LIMITS } from '../limits.ts';
import type { CallAnswer, ProgramTask } from '../protocol.ts';
import { monotonicMs, PHASE } from '../recorder.ts';
import { callGuest, type CandidateCall, readStep, stall } from './calls.ts';
import { type Cancellation, Cancelled } from './cancellation.ts';
import type { LogGatherer } from './logs.ts';
import type { Nursery } from './nursery.ts';
import { OP, type Op } from './realm.ts';
import { endOf, Resident } from './resident.ts';
import { type Meter, SliceFailure } from './slices.ts';
import type { Rebuild } from './suite.ts';

const PROGRAMS_KEPT = 4;
const PROGRAM_PLAN = {
  entry: 'main',
  stateJson: '{}',
  memoryBytes: DEFAULT_LIMITS.memoryBytes,
  outputBytes: DEFAULT_LIMITS.outputBytes,
  logBytes: 0,
  stateBytes: DEFAULT_LIMITS.stateBytes,
  maxTasks: DEFAULT_LIMITS.maxTasks,
  strict: false,
  group: '',
};

export type ProgramAnswer = {
  answer: CallAnswer;
  calls: number;
  /** Calls of the candidate that did not complete. */
  failedCalls: number;
  /** The program failed, not the candidate. */ program: boolean;
};

/** The fitness program itself can't be loaded, or broke a limit. */
export class ProgramFailure extends Error {}

/** Fitness programs, each in an isolate of its own that candidates reach only as callees. */
export class Programs {
  readonly #nursery: Nursery;
  readonly #idle = new Map<string, Resident>();

  constructor(nursery: Nursery) {
    this.#nursery = nursery;
  }

  /**
   * Runs the program once for one candidate. Calls of the candidate are slices of their own, between the program's.
   *
   * @throws ProgramFailure; SliceFailure and LoadFailure of the candidate's; Cancelled
   */
  async run(
    task: ProgramTask,
    meter: Meter,
    cancellation: Cancellation,
    candidate: Rebuild,
    logs: LogGatherer,
  ): Promise<ProgramAnswer> {
    const program = this.#take(task, meter);
    try {
      const answer = await this.#converse(program, task, meter, cancellation, candidate, logs);
      this.#keep(task.program.key, program);
      return answer;
    } catch (thrown) {
      // It may wait for what will never be answered.
      program.release('unfinished');
      throw spent(meter, thrown);
    }
  }

  async #converse(
    program: Resident,
    task: ProgramTask,
    meter: Meter,
    cancellation: Cancellation,
    candidate: Rebuild,
    logs: LogGatherer,
  ): Promise<ProgramAnswer> {
    const failures = new Map<number, CallAnswer>();
    const ask = (op: Op, argument?: string, more?: number) => {
      // The candidate took all the time there was.
      if (monotonicMs() >= meter.deadlineAt)
        throw new SliceFailure('TIMEOUT', 'the evaluation was not done at its deadline', false);
      return guarded(program, () =>
        readStep(meter.ask(program.realm, meter.deadlineAt, PHASE.program, op, argument, more)),
      );
    };
    guarded(program, () => program.prepare(meter, task.determinism, PHASE.program));
    let calls = 0;
    let step = ask(OP.fitness, task.info, task.argumentBytes);
    while (step.kind === 'pending') {
      if (step.calls.length > 0) {
        calls += step.calls.length;
        const answers: string[] = [];
        for (const call of step.calls)
          answers.push(await this.#call(call, task, meter, cancellation, candidate, failures, logs));
        step = ask(OP.answer, `[${answers.join(',')}]`);
      } else if (step.wait === undefined) {
        return {
          answer: stall(meter, program.realm, meter.deadlineAt, PHASE.program),
          calls,
          failedCalls: failures.size,
          program: true,
        };
      } else {
        if (step.wait > 0) await meter.idle(cancellation, Math.min(step.wait, meter.left(meter.deadlineAt)));
        step = ask(OP.pump);
      }
    }
    if (step.answer.o === 0)
      return { answer: step.answer, calls, failedCalls: failures.size, program: false };
    const failed = step.failedCall === undefined ? undefined : failures.get(step.failedCall);
    return failed === undefined
      ? { answer: step.answer, calls, failedCalls: failures.size, program: true }
      : { answer: failed, calls, failedCalls: failures.size, program: false };
  }

  /** A realm of the program that no evaluation under way uses. */
  #take(task: ProgramTask, meter: Meter): Resident {
    const { key, language, source, dataJson } = task.program;
    const kept = this.#idle.get(key);
    this.#idle.delete(key);
    if (kept?.alive === true) return kept;
    const modules = [{ name: 'main', language, text: source }];
    const plan = { ...PROGRAM_PLAN, modules };
    return guarded(undefined, () =>
      Resident.build(plan, this.#nursery.own(plan.memoryBytes), meter, PHASE.program, dataJson),
    );
  }

  #keep(key: string, program: Resident): void {
    const other = this.#idle.get(key);
    this.#idle.delete(key);
    if (program.alive) this.#idle.set(key, program);
    if (other !== program) other?.release('done');
    for (const [oldest, resident] of this.#idle) {
      if (this.#idle.size <= PROGRAMS_KEPT) break;
      this.#idle.delete(oldest);
      resident.release('done');
    }
  }

  /** Answers the JSON of [id, outcome, value, error, wallUs]. */
  async #call(
    [id, module, name, args]: CandidateCall,
    task: ProgramTask,
    meter: Meter,
    cancellation: Cancellation,
    candidate: Rebuild,
    failures: Map<number, CallAnswer>,
    logs: LogGatherer,
  ): Promise<string> {
    const target = await candidate();
    const startedAt = monotonicMs();
    const deadlineAt = Math.min(startedAt + task.callMs, meter.deadlineAt);
    let answer: CallAnswer;
    try {
      target.prepare(meter, task.determinism);
      const entry = module || target.plan.entry;
      const answered = callGuest(meter, target, cancellation, deadlineAt, OP.observe, entry, name, args);
      answer = answered instanceof Promise ? await answered : answered;
    } catch (thrown) {
      if (!(thrown instanceof SliceFailure)) throw thrown;
      if (meter.exhausted) throw meter.exhaustion();
      target.release(endOf(thrown));
      answer = thrown.answer;
    }
    logs.add(answer);
    if (answer.o !== 0) failures.set(id, answer);
    const error = answer.e ?? (answer.o === 0 ? null : ['', answer.r ?? '', '', '']);
    const wallUs = Math.round((monotonicMs() - startedAt) * 1000);
    return `[${id},${answer.o},${answer.v ?? 'null'},${JSON.stringify(error)},${wallUs}]`;
  }
}

/** CPU time is the evaluation's; whoever took most of it is to blame for its end. */
function spent(meter: Meter, thrown: unknown): unknown {
  const late = thrown instanceof SliceFailure && thrown.outcome === 'TIMEOUT';
  if (!meter.exhausted || late || thrown instanceof Cancelled) return thrown;
  const exhaustion = meter.exhaustion();
  return meter.programsFault ? new ProgramFailure(exhaustion.message) : exhaustion;
}

/** What the program does wrong is the caller's fault, not the candidate's. */
function guarded<T>(program: Resident | undefined, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    program?.release(endOf(thrown));
    throw new ProgramFailure(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
