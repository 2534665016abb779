import { invalid } from '@petri/core';
import type { Limits } from '../limits.ts';
import type { EvaluationSpec, Evaluator, SuiteCase } from '../api/evaluation.ts';

// A batch has one spec for all its items.
const largest = new WeakMap<EvaluationSpec, number>();

/**
 * Arguments of a suite's cases are bounded as those of a run, a fitness program and its data as source is.
 *
 * @throws PetriError invalid_argument, with every violation
 */
export function checkEvaluator(spec: EvaluationSpec, limits: Limits): void {
  const { evaluator } = spec;
  if (evaluator.kind === 'suite') checkCases(spec, evaluator.cases, limits);
  else checkProgram(evaluator, limits);
}

/** A program is code; what comes with it is built into its realm as code is. */
function checkProgram(
  { code, dataJson = '' }: Extract<Evaluator, { kind: 'program' }>,
  { sourceBytes }: Limits,
): void {
  const parts = { [`spec.program.${code.language}`]: code.source, 'spec.program.data': dataJson };
  const violations = Object.entries(parts).flatMap(([field, text]) => {
    // Three bytes a character is the most UTF-8 takes.
    const bytes = text.length * 3 <= sourceBytes ? 0 : Buffer.byteLength(text);
    const description = `has ${bytes} bytes, the limit is ${sourceBytes} (source_bytes)`;
    return bytes > sourceBytes ? [{ field, description }] : [];
  });
  if (violations.length > 0) throw invalid(violations);
}

function checkCases(spec: EvaluationSpec, cases: SuiteCase[], { argumentBytes }: Limits): void {
  const sizes = () => cases.map(({ call }) => Buffer.byteLength(call.argumentsJson));
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
