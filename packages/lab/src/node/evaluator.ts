import { PetriError } from '@petri/client';
import type { ErrorCode, EvaluationItem, EvaluationSpec, IsolationLevel, Petri } from '@petri/client';
import { EvaluatorUnavailable } from '../evolution/evaluator.ts';
import type { Candidate, Evaluation, Evaluator, FitnessData } from '../evolution/evaluator.ts';
import { REGRESSION_PROGRAM } from '../fitness/program.ts';
import { CALL_TIMEOUT_MS, EVALUATION_TIMEOUT_MS, MEMORY_BYTES } from './limits.ts';

/** The system's failures that pass by themselves. */
const TRANSIENT: readonly ErrorCode[] = ['unavailable', 'resource_exhausted', 'aborted'];

/** Evaluates candidates on a node: each is built there, run by the regressions' fitness program, and forgotten. */
export class NodeEvaluator implements Evaluator {
  readonly #sandboxes: Pick<Petri['sandboxes'], 'evaluateSources'>;
  readonly #isolation: IsolationLevel;

  constructor(sandboxes: Pick<Petri['sandboxes'], 'evaluateSources'>, isolation: IsolationLevel) {
    this.#sandboxes = sandboxes;
    this.#isolation = isolation;
  }

  async *evaluate(
    candidates: readonly Candidate[],
    data: FitnessData,
    signal: AbortSignal,
  ): AsyncGenerator<Evaluation, void, void> {
    let failure: PetriError | undefined;
    try {
      for await (const { id, evaluation, error } of this.#ask(candidates, data, signal)) {
        if (evaluation) yield translate(id, evaluation);
        else if (isTransient(error)) failure = error;
        else throw error;
      }
    } catch (error) {
      if (!isTransient(error)) throw error;
      failure = error;
    }
    if (failure) throw new EvaluatorUnavailable(failure.message, { cause: failure });
  }

  #ask(candidates: readonly Candidate[], data: FitnessData, signal: AbortSignal) {
    return this.#sandboxes.evaluateSources(
      candidates.map(({ id, source }) => ({ id, genome: source })),
      regressionSpec(data),
      { isolation: this.#isolation, limits: { memoryBytes: MEMORY_BYTES }, signal },
    );
  }
}

/** How candidates are judged, by whoever judges them: scores of the same specification compare. */
export function regressionSpec(data: FitnessData): EvaluationSpec {
  return {
    program: { javascript: REGRESSION_PROGRAM, data, callTimeoutMs: CALL_TIMEOUT_MS },
    timeoutMs: EVALUATION_TIMEOUT_MS,
  };
}

function isTransient(error: unknown): error is PetriError {
  return error instanceof PetriError && TRANSIENT.includes(error.code);
}

function translate(id: string, evaluation: NonNullable<EvaluationItem['evaluation']>): Evaluation {
  const { outcome, score, components, error, receipt } = evaluation;
  return {
    id,
    outcome,
    ...(score === undefined ? {} : { score }),
    components,
    ...(receipt.reason === '' ? {} : { reason: receipt.reason }),
    ...(error && { error: [error.name, error.message].filter((text) => text !== '').join(': ') }),
    wallMs: receipt.wallUs / 1000,
    workerLost: receipt.workerLost,
  };
}
