import { guestError, logsOf, outcomeOf, receiptOf } from '../answers.ts';
import type { Evaluation } from '../api/evaluation.ts';
import type { Subject } from '../events/occurrence.ts';
import type { SandboxEvents } from '../events/sandbox-events.ts';
import type { JobResult } from '../supervisor/job.ts';
import { type CompiledEvaluator, programFailed } from './evaluator.ts';

/**
 * What an evaluation came to, told to those who watch whichever way it went.
 *
 * @throws PetriError failed_precondition FITNESS_PROGRAM_FAILED
 */
export async function evaluation(
  events: SandboxEvents,
  subject: Subject,
  evaluator: CompiledEvaluator,
  result: JobResult,
): Promise<Evaluation> {
  const evaluated = await read(evaluator, result).catch((thrown: unknown) => {
    events.evaluateFailed(subject, receiptOf(result), evaluator.sha256, thrown);
    throw thrown;
  });
  events.evaluate(subject, evaluated);
  return evaluated;
}

async function read(evaluator: CompiledEvaluator, result: JobResult): Promise<Evaluation> {
  const { answer } = result;
  if (answer.program === true && answer.o !== 0) {
    const { name, message } = guestError(answer);
    throw programFailed(name === '' ? message : `${name}: ${message}`);
  }
  const outcome = outcomeOf(answer);
  const evaluated: Evaluation = {
    outcome,
    components: {},
    cases: [],
    receipt: receiptOf(result),
    evaluatorSha256: evaluator.sha256,
    calls: answer.calls ?? 0,
  };
  if (outcome === 'COMPLETED') Object.assign(evaluated, await evaluator.score(answer));
  else evaluated.error = guestError(answer);
  const logs = logsOf(answer);
  if (logs !== undefined) evaluated.logs = logs;
  return evaluated;
}
