import type { Comparison } from '../api/evaluation.ts';
import { close, elements, equal, type Json, type Tolerance } from './equality.ts';
import type { Steps } from './steps.ts';

export type Judgement = { passed: boolean; score: number };

export const FAILED: Judgement = { passed: false, score: 0 };
export const PASSED: Judgement = { passed: true, score: 1 };

/**
 * Holds what a call returned (as parsed JSON) against what it should have. Pure, and in the host: the candidate never
 * sees the expected value, nor anything of the comparison.
 *
 * @throws TooManySteps
 */
export function judge(
  actual: unknown,
  expected: unknown,
  comparison: Comparison | undefined,
  steps: Steps,
): Judgement {
  const left = actual as Json;
  const right = expected as Json;
  const kind = comparison?.kind ?? 'EXACT';
  switch (kind) {
    case 'EXACT':
      return equal(left, right, { absolute: 0, relative: 0 }, false, steps) ? PASSED : FAILED;
    case 'APPROXIMATE':
      return equal(left, right, toleranceOf(comparison, 0), false, steps) ? PASSED : FAILED;
    case 'SUBSET':
      return equal(left, right, toleranceOf(comparison, 0), true, steps) ? PASSED : FAILED;
    case 'UNORDERED':
      return sameElements(left, right, toleranceOf(comparison, 0), steps) ? PASSED : FAILED;
    case 'CLOSENESS':
      return closeness(left, right, comparison);
    case 'COMPLETES':
      return PASSED;
    case 'THROWS':
      return FAILED;
  }
}

function toleranceOf(comparison: Comparison | undefined, absolute: number): Tolerance {
  return {
    absolute: comparison?.absoluteTolerance ?? absolute,
    relative: comparison?.relativeTolerance ?? 1e-9,
  };
}

function sameElements(left: Json, right: Json, tolerance: Tolerance, steps: Steps): boolean {
  return (
    Array.isArray(left) &&
    Array.isArray(right) &&
    left.length === right.length &&
    elements(right, left, tolerance, false, steps)
  );
}

function closeness(left: Json, right: Json, comparison: Comparison | undefined): Judgement {
  const actual = Array.isArray(left) ? left : [left];
  const expected = Array.isArray(right) ? right : [right];
  if (Array.isArray(left) !== Array.isArray(right) || actual.length !== expected.length) return FAILED;
  let sum = 0;
  let passed = true;
  const tolerance = toleranceOf(comparison, 1e-9);
  for (const [index, value] of actual.entries()) {
    const wanted = expected[index];
    if (typeof value !== 'number' || typeof wanted !== 'number') return FAILED;
    sum += Math.abs(value - wanted);
    passed &&= close(value, wanted, tolerance);
  }
  const scale = comparison?.scale ?? 1;
  return { passed, score: 1 / (1 + sum / Math.max(1, actual.length) / scale) };
}
