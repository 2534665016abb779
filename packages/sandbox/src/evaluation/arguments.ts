import { invalid } from '@petri/core';
import type { Limits } from '../limits.ts';
import type { EvaluationSpec } from '../types.ts';

// A batch has one spec for all its items.
const largest = new WeakMap<EvaluationSpec, number>();

/** Arguments of a suite's cases are bounded as those of a run. @throws PetriError invalid_argument, with every violation */
export function checkCases(spec: EvaluationSpec, { argumentBytes }: Limits): void {
  const { evaluator } = spec;
  if (evaluator.kind !== 'suite') return;
  const sizes = () => evaluator.cases.map(({ call }) => Buffer.byteLength(call.argumentsJson));
  let most = largest.get(spec);
  if (most === undefined) {
    most = sizes().reduce((left, right) => Math.max(left, right), 0);
    largest.set(spec, most);
  }
  if (most <= argumentBytes) return;
  throw invalid(
    sizes().flatMap((bytes, index) =>
      bytes <= argumentBytes
        ? []
        : [
            {
              field: `spec.suite.cases[${index}].call.arguments`,
              description: `has ${bytes} bytes as JSON, the limit is ${argumentBytes}`,
            },
          ],
    ),
  );
}
