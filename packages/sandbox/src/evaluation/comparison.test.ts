import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Comparison, ComparisonKind } from '../api/evaluation.ts';
import { judge as judgeWithin } from './comparison.ts';
import { Steps, TooManySteps } from './steps.ts';

const COMPARING: ComparisonKind[] = ['EXACT', 'APPROXIMATE', 'SUBSET', 'UNORDERED', 'CLOSENESS'];
const judge = (actual: unknown, expected: unknown, comparison: Comparison, steps = 1e6) =>
  judgeWithin(actual, expected, comparison, new Steps(steps));
const json = fc.jsonValue({ maxDepth: 4 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

suite('a comparison', () => {
  test('finds every value equal to itself', () => {
    fc.assert(
      fc.property(json, (value) => {
        for (const kind of ['EXACT', 'APPROXIMATE', 'SUBSET'] as const)
          assert.deepEqual(judge(value, structuredClone(value), { kind }), { passed: true, score: 1 }, kind);
      }),
    );
  });

  test('of order finds every array equal to itself shuffled', () => {
    const shuffled = fc
      .array(json, { maxLength: 8 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        assert.ok(judge(other, list, { kind: 'UNORDERED' }).passed);
        assert.ok(!judge([...other, 1], list, { kind: 'UNORDERED' }).passed);
      }),
    );
  });

  test('ignores the order of members, and finds one that is missing, added or changed', () => {
    const object = fc.dictionary(fc.string(), json, { minKeys: 1, maxKeys: 6 });
    fc.assert(
      fc.property(object, (value) => {
        const names = Object.keys(value);
        const reversed = Object.fromEntries(names.toReversed().map((name) => [name, value[name]]));
        assert.ok(judge(reversed, value, { kind: 'EXACT' }).passed);
        const [first = ''] = names;
        const fewer = Object.fromEntries(names.slice(1).map((name) => [name, value[name]]));
        const more = { ...value, [`${names.join('')}+`]: null };
        const changed = { ...value, [first]: [value[first]] };
        for (const other of [fewer, more, changed]) assert.ok(!judge(other, value, { kind: 'EXACT' }).passed);
        assert.ok(judge(more, value, { kind: 'SUBSET' }).passed);
        assert.ok(!judge(fewer, value, { kind: 'SUBSET' }).passed);
      }),
    );
  });

  test('within its tolerance passes, beyond it does not', () => {
    fc.assert(
      fc.property(number, fc.double({ min: 1e-3, max: 10, noNaN: true }), (expected, tolerance) => {
        const kind = 'APPROXIMATE';
        const comparison = { kind, absoluteTolerance: tolerance, relativeTolerance: 0 } as const;
        assert.ok(judge(expected + tolerance * 0.99, expected, comparison).passed);
        assert.ok(judge(expected - tolerance * 0.99, expected, comparison).passed);
        assert.ok(!judge(expected + tolerance * 1.01, expected, comparison).passed);
        assert.ok(!judge(expected - tolerance * 1.01, expected, comparison).passed);
      }),
    );
  });

  test('by closeness scores from 0 to 1, one half at its scale, and less the further away', () => {
    fc.assert(
      fc.property(number, fc.double({ min: 0.1, max: 100, noNaN: true }), (expected, scale) => {
        const comparison = { kind: 'CLOSENESS', scale } as const;
        const scores = [0, 0.5, 1, 2, 1000].map(
          (far) => judge(expected + far * scale, expected, comparison).score,
        );
        assert.equal(scores[0], 1);
        assert.ok(Math.abs((scores[2] ?? 0) - 0.5) < 1e-3, String(scores));
        assert.deepEqual(
          scores,
          [...scores].sort((left, right) => right - left),
        );
        assert.ok(scores.every((score) => score > 0 && score <= 1));
      }),
    );
  });

  test('never throws and always scores from 0 to 1, whatever is compared', () => {
    fc.assert(
      fc.property(json, json, (actual, expected) => {
        for (const kind of COMPARING) {
          const { score, passed } = judge(actual, expected, { kind });
          assert.ok(score >= 0 && score <= 1, `${kind} ${score}`);
          assert.equal(typeof passed, 'boolean');
        }
      }),
    );
  });

  test('of elements in any order finds those that differ by less than the tolerance', () => {
    const unordered = { kind: 'UNORDERED', absoluteTolerance: 0.1 } as const;
    assert.ok(judge([1.05, 1, 'x', { a: 2 }], [{ a: 2.05 }, 1.12, 1.05, 'x'], unordered).passed);
    assert.ok(!judge([1, 1, 'x'], [1, 'x', 'x'], unordered).passed);
    assert.ok(!judge([1, 2], [1, 1], unordered).passed);
    const subset = { kind: 'SUBSET', absoluteTolerance: 0.1 } as const;
    assert.ok(judge([9, 1.05, { a: 1, b: 2 }, []], [{ a: 1 }, 1, 1, []], subset).passed);
    assert.ok(!judge([9, 1.2], [1], subset).passed);
    assert.ok(!judge([[1, 2]], [[3]], subset).passed);
  });

  test('takes steps in proportion to what is compared, in whatever order', () => {
    const size = 5_000;
    const objects = Array.from({ length: size }, (_, n) => ({ n, name: `number ${n}`, list: [n] }));
    const numbers = Array.from({ length: size }, (_, n) => n * 1.1);
    for (const list of [objects, numbers, objects.map((each) => JSON.stringify(each))])
      for (const kind of ['UNORDERED', 'SUBSET'] as const)
        assert.ok(judge(list.toReversed(), list, { kind }, size * 25).passed);
  });

  test('that would take more is given up', () => {
    const lists = (last: number) => Array.from({ length: 2_000 }, (_, n) => [`${n}`, last]);
    const comparison = { kind: 'SUBSET', absoluteTolerance: 0.1 } as const;
    assert.throws(() => judge(lists(1).toReversed(), lists(1.05), comparison, 100_000), TooManySteps);
  });
});
