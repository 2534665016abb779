import type { Comparison } from '../types.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Tolerances for two numbers to be equal. */
type Tolerance = { absolute: number; relative: number };

export type Judgement = { passed: boolean; score: number };

const FAILED: Judgement = { passed: false, score: 0 };
const PASSED: Judgement = { passed: true, score: 1 };

/**
 * Holds what a call returned (as parsed JSON) against what it should have. Pure, and in the host: the candidate never
 * sees the expected value, nor anything of the comparison.
 */
export function judge(actual: unknown, expected: unknown, comparison: Comparison | undefined): Judgement {
  const left = actual as Json;
  const right = expected as Json;
  const kind = comparison?.kind ?? 'EXACT';
  switch (kind) {
    case 'EXACT':
      return equal(left, right, { absolute: 0, relative: 0 }, false) ? PASSED : FAILED;
    case 'APPROXIMATE':
      return equal(left, right, toleranceOf(comparison, 0), false) ? PASSED : FAILED;
    case 'SUBSET':
      return equal(left, right, toleranceOf(comparison, 0), true) ? PASSED : FAILED;
    case 'UNORDERED':
      return sameElements(left, right, toleranceOf(comparison, 0)) ? PASSED : FAILED;
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

function close(left: number, right: number, { absolute, relative }: Tolerance): boolean {
  return Math.abs(left - right) <= Math.max(absolute, relative * Math.abs(right));
}

/** With `subset`, the left side may have more members, and its arrays more elements. */
function equal(left: Json, right: Json, tolerance: Tolerance, subset: boolean): boolean {
  if (typeof left === 'number' && typeof right === 'number') return close(left, right, tolerance);
  if (Array.isArray(left) && Array.isArray(right)) {
    if (subset)
      return right.every((wanted) => left.some((element) => equal(element, wanted, tolerance, true)));
    return (
      left.length === right.length &&
      left.every((element, index) => equal(element, right[index] ?? null, tolerance, false))
    );
  }
  if (!isObject(left) || !isObject(right)) return left === right;
  const wanted = Object.keys(right);
  if (!subset && Object.keys(left).length !== wanted.length) return false;
  return wanted.every(
    (key) => Object.hasOwn(left, key) && equal(left[key] ?? null, right[key] ?? null, tolerance, subset),
  );
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sameElements(left: Json, right: Json, tolerance: Tolerance): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  const rest = [...right];
  return left.every((element) => {
    const at = rest.findIndex((wanted) => equal(element, wanted, tolerance, false));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
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
