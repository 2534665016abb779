import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Case, EvaluationSpec } from '@petri/client';
import { CANDIDATE, evaluateCalmly, suiteOf } from './support/evaluation.ts';
import { sharedNode } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;

suite('a suite', () => {
  test('does not read answers that are too large to match, and says which it can’t compare', async () => {
    const { id } = await sandboxes.create({ genome: CANDIDATE, limits: { outputBytes: 4 * 1024 * 1024 } });
    const many = Array.from({ length: 3_000 }, (_, n) => ({ name: String(2_999 - n), value: 1.05 }));
    const close = { absoluteTolerance: 0.1 };
    const { cases, outcome } = await sandboxes.evaluate(id, {
      suite: {
        caseTimeoutMs: 20_000,
        cases: [
          { function: 'zeros', arguments: [600_000], expected: [0] },
          { function: 'zeros', arguments: [1_000], expected: [0], comparison: 'SUBSET' },
          { function: 'zeros', arguments: [600_000], expected: [0], comparison: 'SUBSET' },
          { function: 'named', arguments: [3_000, 1.05], expected: many, comparison: 'UNORDERED' },
          {
            function: 'named',
            arguments: [3_000, 1],
            expected: many,
            comparison: { kind: 'SUBSET', ...close },
          },
          { function: 'give', arguments: [1], expected: 1 },
        ],
      },
    });
    assert.equal(outcome, 'COMPLETED');
    assert.deepEqual(
      cases.map((each) => [each.outcome, each.passed]),
      [
        ['COMPLETED', false],
        ['COMPLETED', true],
        ['OUTPUT_LIMIT', false],
        ['COMPLETED', true],
        ['OUTPUT_LIMIT', false],
        ['COMPLETED', true],
      ],
    );
    assert.match(cases[2]?.error?.message ?? '', /too large, or too unlike what is expected, to be compared/);
  });

  const give = (value: unknown, expected: unknown, comparison?: Case['comparison']): Case => ({
    function: 'give',
    arguments: [value],
    expected,
    ...(comparison === undefined ? {} : { comparison }),
  });

  test('compares in every way there is', async () => {
    const box = await node.box(CANDIDATE);
    const verdicts: [case_: Case, passed: boolean, score?: number][] = [
      [give({ a: 1, b: [2, 'x'] }, { b: [2, 'x'], a: 1 }), true],
      [give(0.1 + 0.2, 0.3), false],
      [give([1, 2], [2, 1]), false],
      [give({ a: 1 }, { a: 1, b: null }), false],
      [give('1', 1), false],
      [give(null, undefined), true],
      [give(0.1 + 0.2, 0.3, 'APPROXIMATE'), true],
      [give(1.05, 1, { kind: 'APPROXIMATE', absoluteTolerance: 0.1 }), true],
      [give(1.2, 1, { kind: 'APPROXIMATE', absoluteTolerance: 0.1 }), false],
      [give([101, 99], [100, 100], { kind: 'APPROXIMATE', relativeTolerance: 0.011 }), true],
      [give(3, 1, 'CLOSENESS'), false, 1 / 3],
      [give([1, 1], [1, 1], 'CLOSENESS'), true, 1],
      [give([3, 1], [1, 1], { kind: 'CLOSENESS', scale: 2 }), false, 1 / 1.5],
      [give([1], [1, 1], 'CLOSENESS'), false, 0],
      [give('x', 1, 'CLOSENESS'), false, 0],
      [give({ a: { b: 1, c: 2 }, d: [1, 2, 3] }, { a: { b: 1 }, d: [3] }, 'SUBSET'), true],
      [give({ a: 1 }, { a: 1, z: 1 }, 'SUBSET'), false],
      [give([3, 1, 2, 1], [1, 1, 2, 3], 'UNORDERED'), true],
      [give([1, 1, 2], [1, 2, 2], 'UNORDERED'), false],
      [{ function: 'fail', comparison: 'THROWS' }, true],
      [{ function: 'fail', comparison: 'THROWS', expected: 'RangeError' }, true],
      [{ function: 'fail', comparison: 'THROWS', expected: 'out of' }, true],
      [{ function: 'fail', comparison: 'THROWS', expected: 'TypeError' }, false],
      [{ function: 'give', comparison: 'THROWS' }, false],
      [{ function: 'give', arguments: [7], comparison: 'COMPLETES' }, true],
      [{ function: 'fail', comparison: 'COMPLETES' }, false],
      [{ function: 'nothing' }, false],
      [{ function: 'missing' }, false],
    ];
    const evaluation = await sandboxes.evaluate(box.id, suiteOf(...verdicts.map(([case_]) => case_)));
    assert.equal(evaluation.outcome, 'COMPLETED');
    for (const [n, [case_, passed, score = passed ? 1 : 0]] of verdicts.entries()) {
      const result = evaluation.cases[n]!;
      assert.equal(result.passed, passed, JSON.stringify([case_, result]));
      assert.ok(Math.abs(result.score - score) < 1e-12, JSON.stringify([case_, result]));
    }
    const passed = verdicts.filter(([, each]) => each).length;
    assert.ok(Math.abs((evaluation.components['passed'] ?? 0) - passed / verdicts.length) < 1e-12);
    assert.equal(evaluation.calls, verdicts.length);
  });

  test('weighs its cases, names them, and reports values and errors', async () => {
    const box = await node.box(CANDIDATE);
    const { score, cases } = await sandboxes.evaluate(
      box.id,
      suiteOf(
        { name: 'right', function: 'half', arguments: [8], expected: 4, weight: 3 },
        { function: 'half', arguments: [8], expected: 5 },
        { function: 'fail', weight: 0 },
      ),
    );
    assert.equal(score, 0.75);
    assert.deepEqual(
      cases.map(({ name, outcome, value, error }) => [name, outcome, value, error?.name]),
      [
        ['right', 'COMPLETED', 4, undefined],
        ['1', 'COMPLETED', 4, undefined],
        ['2', 'THREW', undefined, 'RangeError'],
      ],
    );
    const silent = await sandboxes.evaluate(box.id, {
      suite: { cases: [{ function: 'half', arguments: [8] }] },
    });
    assert.equal(silent.cases[0]?.value, undefined);
  });

  test('lets a case that hangs or breaks its realm cost no other case its result, nor the sandbox its state', async () => {
    const box = await node.box(CANDIDATE);
    await box.call('count');
    const evaluation = await evaluateCalmly(sandboxes, box.id, {
      suite: {
        cases: [
          { function: 'count', expected: 2 },
          { function: 'spin', timeoutMs: 50 },
          { function: 'count', expected: 2 },
          { function: 'speak', arguments: [1], expected: 1 },
        ],
      },
    });
    assert.deepEqual(
      evaluation.cases.map(({ outcome, passed }) => [outcome, passed]),
      [
        ['COMPLETED', true],
        ['TIMEOUT', false],
        ['COMPLETED', true],
        ['COMPLETED', true],
      ],
    );
    assert.equal(evaluation.score, 0.75);
    assert.equal(evaluation.logs?.lines[0]?.text, 'said 1');
    assert.equal(await box.call('count'), 2);
  });

  test('past the deadline of the whole has no score, and TIMEOUT', async () => {
    const box = await node.box(CANDIDATE);
    const spec = { suite: { cases: [{ function: 'spin', timeoutMs: 10_000 }] }, timeoutMs: 80 };
    const { outcome, score } = await sandboxes.evaluate(box.id, spec);
    assert.deepEqual([outcome, score], ['TIMEOUT', undefined]);
  });

  test('gives the same score for the same seed', async () => {
    const box = await node.box(CANDIDATE);
    const spec: EvaluationSpec = {
      suite: { cases: [{ function: 'random', comparison: 'CLOSENESS', expected: 0 }] },
      determinism: { seed: 5 },
    };
    const first = await sandboxes.evaluate(box.id, spec);
    assert.equal((await sandboxes.evaluate(box.id, spec)).score, first.score);
    const other = await sandboxes.evaluate(box.id, { ...spec, determinism: { seed: 6 } });
    assert.notEqual(other.score, first.score);
    assert.notEqual(other.evaluatorSha256, first.evaluatorSha256);
  });

  test('that is wrong is refused with all its faults', async () => {
    const box = await node.box(CANDIDATE);
    const cases: Case[] = [
      { function: 'half', weight: -1 },
      { function: 'half', weight: Infinity },
    ];
    await assert.rejects(
      sandboxes.evaluate(box.id, { suite: { cases } }),
      (error: { violations: unknown[] }) => {
        assert.ok(error.violations.length >= 2);
        return true;
      },
    );
    await assert.rejects(sandboxes.evaluate(box.id, { suite: { cases: [] } }), { code: 'invalid_argument' });
  });
});
