import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fromRpcStatus } from '@petri/contracts';
import { notFound } from '@petri/core';
import { completed, scored } from '../../test/fake-runtime.ts';
import { call, drained, javascript, suiteOf } from '../../test/requests.ts';
import { fieldsOf, testNode } from '../../test/start.ts';

const oneCase = suiteOf({ call: { function: 'f' } });

suite('evaluations in batches', () => {
  test('EvaluateSources maps candidates; one group for a call', async () => {
    await using node = await testNode({
      evaluateGenome: async ({ modules }) => scored(modules[0]!.name === 'main' ? 1 : 0),
    });
    const limits = { maxTasks: 5 };
    const candidates = [{ id: 'x', genome: { modules: [javascript('a')] } }, { genome: {} }, { id: 'z' }];
    const { items, summary } = await drained(
      node.client.evaluateSources({ candidates, spec: oneCase, isolation: 2, limits }),
    );
    const [genome, , group, options] = node.runtime.calls[0]!.slice(1) as [object, object, string, object];
    assert.partialDeepStrictEqual(genome, { entry: 'main' });
    assert.partialDeepStrictEqual(options, { isolation: 'REALM', limits: { maxTasks: 5 } });
    const fields = items.map(({ id, result }) => [
      id,
      result.case === 'error' ? fromRpcStatus(result.value).violations[0]?.field : result.value?.score,
    ]);
    assert.deepEqual(fields, [
      ['x', 1],
      ['', 'candidates[1].genome.modules'],
      ['z', 'candidates[2].genome'],
    ]);
    assert.deepEqual([summary.total, summary.errors], [3, 2]);

    await drained(
      node.client.evaluateSources({ candidates: [candidates[0]!, candidates[0]!], spec: oneCase }),
    );
    const groups = node.runtime.calls.map((call) => call[3]);
    assert.equal(groups[1], groups[2]);
    assert.notEqual(groups[1], group);
  });

  test('BatchEvaluate evaluates sandboxes', async () => {
    await using node = await testNode({
      evaluate: async (id) => {
        if (id === 'missing') throw notFound('sandbox', id);
        return scored(1);
      },
    });
    const { items } = await drained(node.client.batchEvaluate({ ids: ['a', 'missing', '!'], spec: oneCase }));
    assert.deepEqual(
      items.map(({ id, result }) => [id, result.case]),
      [
        ['a', 'evaluation'],
        ['missing', 'error'],
        ['!', 'error'],
      ],
    );
  });

  test('what is wrong with the batch itself fails the call', async () => {
    await using node = await testNode();
    assert.deepEqual(await fieldsOf(node.client.batchEvaluate({ ids: ['a'] })), ['spec']);
    assert.deepEqual(
      await fieldsOf(
        node.client.evaluateSources({
          isolation: 9 as never,
          securityProfile: 9 as never,
          limits: { maxTasks: 0 },
        }),
      ),
      ['spec', 'isolation', 'security_profile', 'limits.max_tasks'],
    );
  });

  test('100,000 entries, candidates or ids are accepted, and no more', async () => {
    await using node = await testNode({
      run: async () => completed('1'),
      evaluate: async () => scored(1),
      concurrency: 512,
    });
    const many = <T>(count: number, each: T) => Array.from({ length: count }, () => each);
    const { client } = node;
    const over = 100_001;
    assert.deepEqual(await fieldsOf(client.batchRun({ entries: many(over, {}) })), ['entries']);
    assert.deepEqual(await fieldsOf(client.batchEvaluate({ ids: many(over, ''), spec: oneCase })), ['ids']);
    assert.deepEqual(await fieldsOf(client.evaluateSources({ candidates: many(over, {}), spec: oneCase })), [
      'candidates',
    ]);
    const { summary } = await drained(
      client.batchRun({ entries: many(100_000, { id: 'a' }), spec: call('f') }),
    );
    assert.deepEqual(
      summary.outcomes.map(({ count }) => count),
      [100_000],
    );
    assert.deepEqual(await fieldsOf(client.batchDestroy({ ids: many(10_001, 'a') })), ['ids']);
    assert.deepEqual(await fieldsOf(client.batchCreate({ requests: many(10_001, {}) })), ['requests']);
    assert.deepEqual(await fieldsOf(client.batchReload({ requests: many(10_001, {}) })), ['requests']);
  });
});
