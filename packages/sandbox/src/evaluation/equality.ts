import type { Steps } from './steps.ts';

// Below this, whatever differs by less than the tolerance is taken for the same.
const FINE = 1e-6;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Tolerances for two numbers to be equal. */
export type Tolerance = { absolute: number; relative: number };

/** How far apart a number may be from the one that was expected. */
function reach(expected: number, { absolute, relative }: Tolerance): number {
  return Math.max(absolute, relative * Math.abs(expected));
}

export function close(actual: number, expected: number, tolerance: Tolerance): boolean {
  return Math.abs(actual - expected) <= reach(expected, tolerance);
}

/** With `subset`, the left side may have more members, and its arrays more elements in any order. @throws TooManySteps */
export function equal(left: Json, right: Json, tolerance: Tolerance, subset: boolean, steps: Steps): boolean {
  steps.take();
  if (typeof left === 'number' && typeof right === 'number') return close(left, right, tolerance);
  if (Array.isArray(left) && Array.isArray(right)) {
    if (subset) return elements(right, left, tolerance, true, steps);
    return (
      left.length === right.length &&
      left.every((element, index) => equal(element, right[index] ?? null, tolerance, false, steps))
    );
  }
  if (!isObject(left) || !isObject(right)) return left === right;
  const wanted = Object.keys(right);
  if (!subset && Object.keys(left).length !== wanted.length) return false;
  return wanted.every(
    (key) =>
      Object.hasOwn(left, key) && equal(left[key] ?? null, right[key] ?? null, tolerance, subset, steps),
  );
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether every element that is wanted is among those there are, in any order. With `subset` elements may have more than is
 * wanted of them, and one may be there for several; without it, each is there for one.
 *
 * What is the same to the letter is found by its text, numbers by their order, and only what is left by comparing each with
 * each: the whole takes steps in proportion to what is compared unless many large elements differ a little.
 *
 * @throws TooManySteps
 */
export function elements(
  wanted: Json[],
  there: Json[],
  tolerance: Tolerance,
  subset: boolean,
  steps: Steps,
): boolean {
  const [wantedNumbers, wantedRest] = split(wanted, steps);
  const [numbers, rest] = split(there, steps);
  const found = subset ? contains : pairs;
  return found(wantedNumbers, numbers, tolerance) && matches(wantedRest, rest, tolerance, subset, steps);
}

function split(values: Json[], steps: Steps): [numbers: number[], rest: Json[]] {
  const numbers: number[] = [];
  const rest: Json[] = [];
  for (const value of values) {
    steps.take();
    if (typeof value === 'number') numbers.push(value);
    else rest.push(value);
  }
  return [numbers.toSorted((left, right) => left - right), rest];
}

/** Whether sorted numbers are close to each other one by one, which is so if they are in any order. */
function pairs(wanted: number[], there: number[], tolerance: Tolerance): boolean {
  return (
    wanted.length === there.length &&
    wanted.every((number, index) => close(there[index] ?? Number.NaN, number, tolerance))
  );
}

/** Whether for each number that is wanted there is one close to it. */
function contains(wanted: number[], there: number[], tolerance: Tolerance): boolean {
  return wanted.every((number) => {
    const least = number - reach(number, tolerance);
    let [from, to] = [0, there.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((there[middle] ?? 0) < least) from = middle + 1;
      else to = middle;
    }
    // Of those that are not too small the first is nearest; where it was rounded away, the one before.
    return [from, from - 1].some((at) => close(there[at] ?? Number.NaN, number, tolerance));
  });
}

function matches(
  wanted: Json[],
  there: Json[],
  tolerance: Tolerance,
  subset: boolean,
  steps: Steps,
): boolean {
  if (!subset && wanted.length !== there.length) return false;
  const { absolute, relative } = tolerance;
  const exact = subset || (absolute === 0 && relative <= FINE);
  const counts = new Map<string, number>();
  const texts = there.map((value) => (exact || isPrimitive(value) ? textOf(value, steps) : undefined));
  for (const text of texts) if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  const missing = wanted.filter((value) => {
    if (!exact && !isPrimitive(value)) return true;
    const text = textOf(value, steps);
    const count = counts.get(text) ?? 0;
    if (count > 0 && !subset) counts.set(text, count - 1);
    return count === 0;
  });
  if (missing.some(isPrimitive)) return false;
  const left = there.filter((value, index) => {
    if (isPrimitive(value)) return false;
    const text = texts[index];
    if (subset || text === undefined) return true;
    const count = counts.get(text) ?? 0;
    counts.set(text, count - 1);
    return count > 0;
  });
  return missing.every((value) => {
    const at = left.findIndex((each) => equal(each, value, tolerance, subset, steps));
    if (at >= 0 && !subset) left.splice(at, 1);
    return at >= 0;
  });
}

function isPrimitive(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

/** The same for equal values, and for no others: members are in order. */
function textOf(value: Json, steps: Steps): string {
  steps.take();
  if (Array.isArray(value)) return `[${value.map((element) => textOf(element, steps)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${textOf(value[name] ?? null, steps)}`);
  return `{${members.join(',')}}`;
}
