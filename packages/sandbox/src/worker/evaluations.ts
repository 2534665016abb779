import type { Answer, BuildPlan, Task } from '../protocol.ts';
import type { Cancellation } from './cancellation.ts';
import { LoadFailure, SANDBOX_MODULE } from './loader.ts';
import { LogGatherer } from './logs.ts';
import type { Cradle, End, Nursery } from './nursery.ts';
import { Programs } from './program.ts';
import { endOf, Resident } from './resident.ts';
import type { Meter } from './slices.ts';
import { type Rebuild, runSuite } from './suite.ts';

/** An answer but for what the task's clock adds. */
export type Outgoing = Omit<Answer, 'id' | 'w' | 'c' | 'h' | 'x'>;

export type EvaluationTask = Extract<Task, { kind: 'suite' | 'program' }>;

/** Evaluates sandboxes where they live, and one-shot candidates in realms of their own. */
export class Evaluations {
  readonly #nursery: Nursery;
  readonly #programs: Programs;

  constructor(nursery: Nursery) {
    this.#nursery = nursery;
    this.#programs = new Programs(nursery);
  }

  /**
   * Evaluates where it costs least: a candidate that may share an isolate first in a hardened realm, and once more in a
   * fresh one if anything failed there. `resident` gives the sandbox, for a task that is not one-shot.
   */
  async evaluate(
    task: EvaluationTask,
    meter: Meter,
    cancellation: Cancellation,
    resident: Rebuild,
  ): Promise<Outgoing> {
    if (!task.once) return this.#judge(task, meter, cancellation, resident);
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
    let end: End = 'unfinished';
    try {
      const answer = await this.#judge(task, meter, cancellation, () => {
        if (!own.alive) own = Resident.build(plan, this.#nursery.once(plan.group, plan.memoryBytes), meter);
        return own;
      });
      end = 'done';
      const failed = answer.o !== 0 || (answer.failedCalls ?? 0) > 0;
      return { answer, failed };
    } catch (thrown) {
      end = endOf(thrown);
      throw thrown;
    } finally {
      own.release(end);
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
}

/** Hardened realms have no place for state or binaries, nor for another profile. */
function canShareRealm({ group, modules, strict }: BuildPlan): boolean {
  return (
    group !== '' &&
    !strict &&
    modules.every(({ language, text }) => language !== 'wasm' && !text.includes(SANDBOX_MODULE))
  );
}
