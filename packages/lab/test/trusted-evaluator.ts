import type { Candidate, Evaluation, Evaluator, FitnessData } from '../src/evolution/evaluator.ts';
import { scoreLocally } from '../src/fitness/local.ts';

type Rows = readonly (readonly number[])[];

interface Module {
  readonly predict: (...row: number[]) => number;
  readonly predictAll: (rows: Rows) => number[];
}

/** Runs the lab's own printed trees in this process. Never for anything else: there is no sandbox here. */
export class TrustedEvaluator implements Evaluator {
  /** Every source asked for, in order. */
  readonly asked: string[] = [];

  async *evaluate(
    candidates: readonly Candidate[],
    data: FitnessData,
    signal: AbortSignal,
  ): AsyncIterable<Evaluation> {
    for (const { id, source } of candidates) {
      signal.throwIfAborted();
      this.asked.push(source);
      yield { id, ...(await assess(source, data)), wallMs: 0 };
    }
  }
}

async function assess(source: string, data: FitnessData): Promise<Omit<Evaluation, 'id' | 'wallMs'>> {
  const { predictAll } = load(source);
  const predicted = predictAll(data['rows'] as Rows);
  if (predicted.some((value) => !Number.isFinite(value)))
    return { outcome: 'INVALID_RESULT', components: {} };
  return { outcome: 'COMPLETED', ...(await scoreLocally(() => predicted, data)) };
}

export function load(source: string): Module {
  const body = `'use strict'; ${source.replaceAll('export ', '')}; return { predict, predictAll };`;
  // oxlint-disable-next-line typescript/no-implied-eval -- the source is the lab's own
  return new Function(body)() as Module;
}
