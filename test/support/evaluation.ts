import type { Case, Evaluation, EvaluationSpec, Sandboxes } from '@petri/client';

/** One that can be asked for what a test of its fitness needs. */
export const CANDIDATE = `
  import { state } from 'petri:sandbox';
  export const give = (value) => value;
  export const half = (n) => n / 2;
  export const fail = () => { throw new RangeError('out of range'); };
  export const spin = () => { for (;;); };
  export const nothing = () => NaN;
  export const count = () => (state.n = (state.n ?? 0) + 1);
  export const random = () => Math.random();
  export const zeros = (n) => Array(n).fill(0);
  export const named = (n, value) => Array.from({ length: n }, (_, index) => ({ name: String(index), value }));
  export const speak = (n) => { console.log('said ' + n); return n; };
`;

export const suiteOf = (...cases: Case[]): EvaluationSpec => ({ suite: { cases }, includeValues: true });
export const program = (javascript: string, rest: object = {}): EvaluationSpec => ({
  program: { javascript, ...rest },
});

/** Evaluates again if the worker was ended in between: a crowded machine may be late to interrupt an endless loop. */
export async function evaluateCalmly(
  sandboxes: Sandboxes,
  id: string,
  spec: EvaluationSpec,
): Promise<Evaluation> {
  for (let attempt = 1; ; attempt++) {
    const evaluation = await sandboxes.evaluate(id, spec);
    if (!evaluation.receipt.workerLost || attempt === 4) return evaluation;
  }
}
