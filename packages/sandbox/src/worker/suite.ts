import { OUTCOMES } from '../outcome.ts';
import type { CallAnswer, CaseAnswer, SuiteTask } from '../protocol.ts';
import { monotonicMs } from '../recorder.ts';
import { callGuest } from './calls.ts';
import type { Cancellation } from './cancellation.ts';
import { OP } from './realm.ts';
import { endOf, type Resident } from './resident.ts';
import { type Meter, SliceFailure } from './slices.ts';

const OUTPUT_LIMIT = OUTCOMES.indexOf('OUTPUT_LIMIT');
// What the cases of one suite answer goes to the node in one piece: no more characters than this, together.
const MAX_TOGETHER = 32 << 20;

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
  let together = 0;
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
      if (meter.exhausted) throw meter.exhaustion();
      target.release(endOf(thrown));
      answer = thrown.answer;
    }
    together += answer.v?.length ?? 0;
    if (together > MAX_TOGETHER && answer.v !== undefined)
      answer = { o: OUTPUT_LIMIT, r: 'the results of the suite together are larger than its limit' };
    answers.push({ ...answer, w: Math.round((monotonicMs() - startedAt) * 1000) });
  }
  return answers;
}
