import { toValue } from '@petri/contracts';
import type { IsolationLevel } from '@petri/contracts/v1';
import { type Candidate, CASES, expectedOf } from './candidates.ts';
import type { BenchNode } from './node.ts';
import { genome } from './small.ts';

const SPEC = {
  evaluator: {
    case: 'suite' as const,
    value: {
      cases: CASES.map((x) => ({
        call: { function: 'f', arguments: [toValue(x, 'argument')] },
        expected: toValue(expectedOf(x), 'expected'),
      })),
    },
  },
};

/** By one EvaluateSources; `lost` counts candidates without exactly one result. */
export async function evaluateAll(
  { sandboxes }: BenchNode,
  isolation: IsolationLevel,
  candidates: Candidate[],
) {
  const seen = new Uint8Array(candidates.length);
  let wrong = 0;
  const started = performance.now();
  const request = {
    candidates: candidates.map(({ source }, i) => ({ id: `c${i}`, genome: genome(source) })),
    spec: SPEC,
    isolation,
  };
  for await (const { items } of sandboxes.evaluateSources(request))
    for (const { index, result } of items) {
      seen[index]!++;
      const score = result.case === 'evaluation' ? result.value.score : undefined;
      const expected = candidates[index]!.right / CASES.length;
      if (score === undefined || Math.abs(score - expected) > 1e-12) wrong++;
    }
  const perSecond = (candidates.length / (performance.now() - started)) * 1000;
  return { perSecond, wrong, lost: seen.filter((times) => times !== 1).length };
}
