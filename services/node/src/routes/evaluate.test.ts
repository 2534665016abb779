import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import { fromValue, toValue } from '@petri/contracts';
import { ComparisonKind } from '@petri/contracts/v1';
import { scored } from '../../test/fake-runtime.ts';
import { suiteOf } from '../../test/requests.ts';
import { fieldsOf, testNode } from '../../test/start.ts';

suite('Evaluate', () => {
  test('maps a suite', async () => {
    await using node = await testNode({ evaluate: async () => scored(0.5) });
    const { evaluation } = await node.client.evaluate({
      id: 'a',
      spec: {
        evaluator: {
          case: 'suite',
          value: {
            cases: [
              {
                name: 'one',
                call: { function: 'f', arguments: [toValue(1, '')] },
                expected: toValue([2], ''),
                comparison: {
                  kind: ComparisonKind.CLOSENESS,
                  absoluteTolerance: 0,
                  relativeTolerance: 1,
                  scale: 2,
                },
                weight: 3,
                timeoutMs: 4,
              },
              { call: {}, comparison: {} },
            ],
            caseTimeoutMs: 5,
          },
        },
        timeoutMs: 6,
        includeValues: true,
      },
    });
    assert.equal(evaluation?.score, 0.5);
    assert.deepEqual({ ...evaluation.components }, { passed: 0.5 });
    assert.deepEqual(node.runtime.calls[0]?.[2], {
      evaluator: {
        kind: 'suite',
        cases: [
          {
            name: 'one',
            call: { kind: 'call', module: '', function: 'f', argumentsJson: '[1]' },
            expectedJson: '[2]',
            comparison: { kind: 'CLOSENESS', absoluteTolerance: 0, relativeTolerance: 1, scale: 2 },
            weight: 3,
            timeoutMs: 4,
          },
          {
            call: { kind: 'call', module: '', function: 'default', argumentsJson: '[]' },
            comparison: { kind: 'EXACT' },
          },
        ],
        caseTimeoutMs: 5,
      },
      timeoutMs: 6,
      includeValues: true,
    });
  });

  test('maps a program, and the results of cases', async () => {
    const error = { name: 'E', message: 'm', stack: '', path: '' };
    const cases = [
      { name: 'a', outcome: 'COMPLETED' as const, passed: true, score: 1, valueJson: '[1]', wallUs: 2 },
      { name: 'b', outcome: 'THREW' as const, passed: false, score: 0, error, wallUs: 3 },
    ];
    await using node = await testNode({ evaluate: async () => ({ ...scored(0.5), cases }) });
    const { evaluation } = await node.client.evaluate({
      id: 'a',
      spec: {
        evaluator: {
          case: 'program',
          value: {
            source: { case: 'typescript', value: 'export default () => 1' },
            data: toValue({ n: 1 }, ''),
            callTimeoutMs: 9,
          },
        },
      },
    });
    assert.deepEqual((node.runtime.calls[0]![2] as { evaluator: object }).evaluator, {
      kind: 'program',
      code: { language: 'typescript', source: 'export default () => 1' },
      dataJson: '{"n":1}',
      callTimeoutMs: 9,
    });
    assert.deepEqual(
      evaluation?.cases.map(({ name, passed, value }) => [name, passed, fromValue(value)]),
      [
        ['a', true, [1]],
        ['b', false, null],
      ],
    );
    assert.equal(evaluation?.cases[1]?.error?.message, 'm');
  });

  test('all that is wrong is reported at once', async () => {
    await using node = await testNode();
    assert.deepEqual(await fieldsOf(node.client.evaluate({})), ['id', 'spec']);
    assert.deepEqual(await fieldsOf(node.client.evaluate({ id: 'a', spec: {} })), ['spec.evaluator']);
    const program = { evaluator: { case: 'program' as const, value: { callTimeoutMs: 0 } } };
    assert.deepEqual(await fieldsOf(node.client.evaluate({ id: 'a', spec: program })), [
      'spec.program.source',
      'spec.program.call_timeout_ms',
    ]);
    const cases = suiteOf(
      { name: 'x'.repeat(257), weight: -1 },
      {
        call: { arguments: [create(ValueSchema)] },
        expected: create(ValueSchema),
        comparison: { kind: 77, absoluteTolerance: NaN, relativeTolerance: -1, scale: 0 },
        weight: Infinity,
        timeoutMs: 0,
      },
    );
    assert.deepEqual(
      (await fieldsOf(node.client.evaluate({ id: 'a', spec: { ...cases, timeoutMs: 0 } }))).sort(),
      [
        'spec.suite.cases[0].call',
        'spec.suite.cases[0].name',
        'spec.suite.cases[0].weight',
        'spec.suite.cases[1].call.arguments[0]',
        'spec.suite.cases[1].comparison.absolute_tolerance',
        'spec.suite.cases[1].comparison.kind',
        'spec.suite.cases[1].comparison.relative_tolerance',
        'spec.suite.cases[1].comparison.scale',
        'spec.suite.cases[1].expected',
        'spec.suite.cases[1].timeout_ms',
        'spec.suite.cases[1].weight',
        'spec.timeout_ms',
      ],
    );
  });

  test('1 to 10,000 cases, of which one has a weight', async () => {
    await using node = await testNode({ evaluate: async () => scored(1) });
    const cases = (count: number, weight?: number) =>
      suiteOf(
        ...Array.from({ length: count }, () => ({ call: {}, ...(weight === undefined ? {} : { weight }) })),
      );
    const evaluate = (spec: ReturnType<typeof cases>) => node.client.evaluate({ id: 'a', spec });
    await evaluate(cases(1));
    await evaluate(cases(10_000));
    assert.deepEqual(await fieldsOf(evaluate(cases(0))), ['spec.suite.cases']);
    assert.deepEqual(await fieldsOf(evaluate(cases(10_001))), ['spec.suite.cases']);
    assert.deepEqual(await fieldsOf(evaluate(cases(2, 0))), ['spec.suite.cases']);
  });
});
