import type { CallAnswer, CaseAnswer, SuiteTask } from '../protocol.ts';
import { monotonicMs } from '../recorder.ts';
import { callGuest } from './calls.ts';
import type { Cancellation } from './cancellation.ts';
import { OP } from './realm.ts';
import { endOf, type Resident } from './resident.ts';
import { type Meter, SliceFailure } from './slices.ts';

/** Gives the resident, or builds a new one if the last was lost to a case. */
export type Rebuild = () => Resident | Promise<Resident>;

/**
 * Calls the candidate once for each case; what it should have answered never comes here. A case that costs the realm
 * costs no other case its result.
 */
export async function runSuite(
  task: SuiteTask,
  meter: Meter,
  cancellation: Cancellation,
  resident: Rebuild,
): Promise<CaseAnswer[]> {
  const answers: CaseAnswer[] = [];
  for (const { call, wallMs } of task.cases) {
    const target = await resident();
    const startedAt = monotonicMs();
    const deadlineAt = Math.min(startedAt + wallMs, meter.deadlineAt);
    target.prepare(meter, task.determinism);
    let answer: CallAnswer;
    try {
      const answered = callGuest(
        meter,
        target,
        cancellation,
        deadlineAt,
        OP.observe,
        call.module || target.plan.entry,
        call.function,
        call.args,
      );
      answer = answered instanceof Promise ? await answered : answered;
    } catch (thrown) {
      if (!(thrown instanceof SliceFailure) || monotonicMs() >= meter.deadlineAt) throw thrown;
      target.release(endOf(thrown));
      answer = thrown.answer;
    }
    answers.push({ ...answer, w: Math.round((monotonicMs() - startedAt) * 1000) });
  }
  return answers;
}
