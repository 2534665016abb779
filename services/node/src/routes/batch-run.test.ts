import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fromRpcStatus, fromValue } from '@petri/contracts';
import { Outcome } from '@petri/contracts/v1';
import { notFound, resourceExhausted } from '@petri/core';
import type { RunSpec } from '@petri/sandbox';
import { completed, RECEIPT } from '../../test/fake-runtime.ts';
import { call, drained } from '../../test/requests.ts';
import { fieldsOf, testNode } from '../../test/start.ts';

suite('BatchRun', () => {
  test('results carry their index and id; the batch spec serves entries without one', async () => {
    const run = async (id: string, { target }: RunSpec) =>
      completed(JSON.stringify([id, target.kind === 'call' ? target.function : '']));
    await using node = await testNode({ run });
    const { items, summary } = await drained(
      node.client.batchRun({ entries: [{ id: 'a' }, { id: 'b', spec: call('own') }], spec: call('shared') }),
    );
    const values = items.map(({ index, id, result }) => [
      index,
      id,
      result.case === 'run' ? fromValue(result.value.value) : null,
    ]);
    assert.deepEqual(values, [
      [0, 'a', ['a', 'shared']],
      [1, 'b', ['b', 'own']],
    ]);
    assert.partialDeepStrictEqual(summary, {
      total: 2,
      outcomes: [{ outcome: Outcome.COMPLETED, count: 2 }],
      errors: 0,
      workersLost: 0,
      cpuUs: 40n,
    });
  });

  test('failures stay with their item, and say where they are', async () => {
    await using node = await testNode({
      run: async (id) => {
        if (id === 'missing') throw notFound('sandbox', id);
        if (id === 'busy') throw resourceExhausted('QUEUE_FULL', 'full', { retryAfterMs: 250 });
        if (id === 'buggy') throw new Error('secret');
        if (id === 'crash') return { outcome: 'CRASHED', receipt: { ...RECEIPT, workerLost: true } };
        return completed('1');
      },
    });
    const ids = ['missing', 'busy', 'buggy', 'crash', '', 'fine'];
    const entries = [...ids.map((id) => ({ id })), { id: 'fine', spec: { ...call('f'), timeoutMs: 0 } }];
    const { items, summary } = await drained(node.client.batchRun({ entries, spec: call('f') }));
    const errors = items.map(({ result }) =>
      result.case === 'error' ? fromRpcStatus(result.value) : undefined,
    );
    assert.deepEqual(
      errors.map((error) => error?.reason),
      [
        'SANDBOX_NOT_FOUND',
        'QUEUE_FULL',
        'INTERNAL',
        undefined,
        'INVALID_ARGUMENT',
        undefined,
        'INVALID_ARGUMENT',
      ],
    );
    assert.equal(errors[1]?.retryAfterMs, 250);
    assert.doesNotMatch(errors[2]!.message, /secret/);
    assert.equal(node.internal.length, 1);
    assert.deepEqual(
      [4, 6].map((index) => errors[index]?.violations[0]?.field),
      ['entries[4].id', 'entries[6].spec.timeout_ms'],
    );
    assert.partialDeepStrictEqual(summary, { total: 7, errors: 5, workersLost: 1, cpuUs: 40n });
    assert.deepEqual(
      summary.outcomes.map(({ outcome, count }) => [outcome, count]),
      [
        [Outcome.COMPLETED, 1],
        [Outcome.CRASHED, 1],
      ],
    );
  });

  test('a bad batch fails the call; an entry with no spec at all only itself', async () => {
    await using node = await testNode({ run: async () => completed('1') });
    const bad = { entries: [{ id: 'a' }], spec: { ...call('f', 1), timeoutMs: 0 } };
    assert.deepEqual(await fieldsOf(node.client.batchRun(bad)), ['spec.timeout_ms']);
    const { items } = await drained(node.client.batchRun({ entries: [{ id: 'a' }] }));
    const [item] = items;
    assert.ok(item?.result.case === 'error');
    assert.equal(fromRpcStatus(item.result.value).violations[0]?.field, 'entries[0].spec');
  });

  test('an id that cannot be one is INVALID_ARGUMENT, with a spec of its own or without', async () => {
    await using node = await testNode({ run: async () => completed('1') });
    const entries = [{ id: '!' }, { id: '!', spec: call('f') }];
    const { items } = await drained(node.client.batchRun({ entries, spec: call('f') }));
    for (const { index, result } of items) {
      assert.ok(result.case === 'error');
      assert.equal(fromRpcStatus(result.value).violations[0]?.field, `entries[${index}].id`);
    }
    assert.deepEqual(node.runtime.calls, []);
  });

  test('no entries give a summary', async () => {
    await using node = await testNode();
    const { items, summary } = await drained(node.client.batchRun({}));
    assert.deepEqual([items, summary.total], [[], 0]);
  });

  test('receipts are left out of completed runs when asked', async () => {
    const run = async (id: string) => ({
      ...completed('1'),
      ...(id === 'bad' ? { outcome: 'THREW' as const } : {}),
    });
    await using node = await testNode({ run });
    const { items } = await drained(
      node.client.batchRun({ entries: [{ id: 'good' }, { id: 'bad' }], spec: call('f'), omitReceipts: true }),
    );
    for (const { id, result } of items)
      assert.equal(result.case === 'run' && result.value.receipt !== undefined, id === 'bad', id);
  });

  test('concurrency is what was asked for, and never more than the runtime takes', async () => {
    let running = 0;
    let most = 0;
    await using node = await testNode({
      run: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return completed('1');
      },
    });
    const entries = Array.from({ length: 60 }, () => ({ id: 'a' }));
    for (const [maxConcurrency, expected] of [
      [3, 3],
      [0, 8],
      [500, 8],
    ]) {
      most = 0;
      await drained(node.client.batchRun({ entries, spec: call('f'), maxConcurrency: maxConcurrency! }));
      assert.equal(most, expected);
    }
  });

  test('many results travel in few messages', async () => {
    await using node = await testNode({ run: async () => completed('1'), concurrency: 512 });
    const entries = Array.from({ length: 10_000 }, () => ({ id: 'a' }));
    const { items, messages } = await drained(node.client.batchRun({ entries, spec: call('f') }));
    assert.equal(items.length, 10_000);
    assert.ok(messages < 400, `${messages} messages`);
  });

  test('a caller that leaves stops the batch', async () => {
    let started = 0;
    const aborted = Promise.withResolvers<void>();
    await using node = await testNode({
      run: (_id, _spec, { signal } = {}) => {
        if (++started <= 4) return Promise.resolve(completed('1'));
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => {
            reject(signal.reason as Error);
            aborted.resolve();
          });
        });
      },
    });
    const entries = Array.from({ length: 100 }, () => ({ id: 'a' }));
    for await (const { items } of node.client.batchRun({ entries, spec: call('f') })) {
      assert.equal(items.length, 4);
      break;
    }
    await aborted.promise;
    assert.ok(started <= 12, `${started} were started`);
  });
});
