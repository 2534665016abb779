import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fromValue, toRpcStatus, toValue } from '@petri/contracts';
import { IsolationLevel, Outcome, ReloadResult } from '@petri/contracts/v1';
import { notFound } from '@petri/core';
import { fakeNode } from '../test/fake-node.ts';

const RECEIPT = { wallUs: 1 };
const missing = toRpcStatus(notFound('sandbox', 'x'));
const completed = (value: unknown) => ({
  outcome: Outcome.COMPLETED,
  value: toValue(value, ''),
  receipt: RECEIPT,
});
const summary = (total: number) => ({
  total,
  outcomes: [{ outcome: Outcome.COMPLETED, count: total }],
  errors: 1,
  workersLost: 2,
  wallUs: 3n,
  cpuUs: 4n,
});

suite('batches', () => {
  test('batchRun yields items as they come; the summary follows', async () => {
    await using node = await fakeNode({
      async *batchRun({ entries, spec, maxConcurrency, omitReceipts }) {
        assert.deepEqual([maxConcurrency, omitReceipts, spec?.timeoutMs], [3, true, 9]);
        const [own] = entries.map((entry) => entry.spec?.target.case);
        yield { items: [{ index: 1, id: 'b', result: { case: 'run', value: completed(own) } }] };
        yield { items: [{ index: 0, id: 'a', result: { case: 'error', value: missing } }] };
        yield { items: [], summary: summary(2) };
      },
    });
    const batch = node.petri.sandboxes.batchRun([{ id: 'a', spec: { expression: '1' } }, { id: 'b' }], {
      spec: { function: 'f', arguments: [1], timeoutMs: 9 },
      maxConcurrency: 3,
      omitReceipts: true,
    });
    const [first, second] = await Array.fromAsync(batch);
    assert.ok(first?.run?.outcome === 'COMPLETED');
    assert.deepEqual(
      [first.index, first.id, first.run.value, first.run.receipt?.wallUs],
      [1, 'b', 'expression', 1],
    );
    assert.deepEqual([second?.index, second?.id, second?.error?.reason], [0, 'a', 'SANDBOX_NOT_FOUND']);
    assert.deepEqual(await batch.summary(), {
      total: 2,
      outcomes: { COMPLETED: 2 },
      errors: 1,
      workersLost: 2,
      wallUs: 3,
      cpuUs: 4,
    });
  });

  test('the summary alone reads the batch to its end', async () => {
    await using node = await fakeNode({
      async *batchEvaluate({ ids, spec }) {
        assert.equal(spec?.evaluator.case, 'program');
        for (const [index, id] of ids.entries())
          yield {
            items: [{ index, id, result: { case: 'evaluation', value: { outcome: 1, receipt: RECEIPT } } }],
          };
        yield { items: [], summary: summary(ids.length) };
      },
    });
    const batch = node.petri.sandboxes.batchEvaluate(['a', 'b', 'c'], { program: { javascript: 'p' } });
    assert.equal((await batch.summary()).total, 3);
    assert.equal((await batch.summary()).total, 3);
  });

  test('evaluateSources sends genomes; nothing is sent before it is read', async () => {
    let calls = 0;
    await using node = await fakeNode({
      async *evaluateSources({ candidates, isolation, limits, spec }) {
        calls++;
        assert.deepEqual(
          [isolation, limits?.maxTasks, spec?.evaluator.case],
          [IsolationLevel.REALM, 5, 'suite'],
        );
        const codes = candidates.map(({ genome }) => genome?.modules[0]?.code.value);
        assert.deepEqual(codes, ['a', 'b']);
        const value = { outcome: Outcome.COMPLETED, score: 0.5, receipt: RECEIPT };
        yield { items: [{ index: 0, id: candidates[0]!.id, result: { case: 'evaluation', value } }] };
        yield { items: [], summary: summary(1) };
      },
    });
    const candidates = [{ id: 'one', genome: 'a' }, { genome: { typescript: 'b' } }];
    const spec = { suite: { cases: [{ function: 'f' }] } };
    const batch = node.petri.sandboxes.evaluateSources(candidates, spec, {
      isolation: 'REALM',
      limits: { maxTasks: 5 },
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(calls, 0);
    for await (const { id, evaluation, error } of batch) {
      assert.equal(error, undefined);
      assert.deepEqual([id, evaluation?.score], ['one', 0.5]);
    }
    assert.equal(calls, 1);
  });

  test('leaving the loop ends the call on the node, and there is no summary', async () => {
    const ended = Promise.withResolvers<void>();
    await using node = await fakeNode({
      async *batchRun(_, { signal }) {
        signal.addEventListener('abort', () => ended.resolve());
        for (let index = 0; ; index++) {
          yield { items: [{ index, id: 'a', result: { case: 'run', value: completed(index) } }] };
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    const batch = node.petri.sandboxes.batchRun([{ id: 'a' }]);
    for await (const { index } of batch) if (index === 2) break;
    await ended.promise;
    await assert.rejects(batch.summary(), { code: 'cancelled' });
  });

  test('a signal ends it; so does what it fails with', async () => {
    await using node = await fakeNode({
      async *batchRun(_, { signal }) {
        yield { items: [{ index: 0, id: 'a', result: { case: 'run', value: completed(1) } }] };
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
      async *batchEvaluate() {
        yield { items: [] };
        throw notFound('thing', 'x');
      },
    });
    const abort = new AbortController();
    const reading = (async () => {
      for await (const { index } of node.petri.sandboxes.batchRun([{ id: 'a' }], { signal: abort.signal })) {
        assert.equal(index, 0);
        abort.abort();
      }
    })();
    await assert.rejects(reading, { code: 'cancelled' });
    const failing = node.petri.sandboxes.batchEvaluate(['a'], { program: { javascript: '' } });
    await assert.rejects(failing.summary(), { reason: 'THING_NOT_FOUND' });
  });

  test('create, destroy and reload answer in order', async () => {
    await using node = await fakeNode({
      batchCreate: ({ requests }) => ({
        items: requests.map(({ id, state }, index) =>
          index === 1
            ? { index, id, result: { case: 'error', value: missing } }
            : {
                index,
                id,
                result: { case: 'sandbox', value: { id: `${id}:${JSON.stringify(fromValue(state))}` } },
              },
        ),
      }),
      batchDestroy: ({ ids, graceMs, allowMissing }) => {
        assert.deepEqual([graceMs, allowMissing], [5, true]);
        return { items: ids.map((id, index) => ({ index, id })) };
      },
      batchReload: ({ requests }) => ({
        items: requests.map(({ id }, index) => ({
          index,
          id,
          result: { case: 'reload', value: { result: ReloadResult.RELOADED, sandbox: { id } } },
        })),
      }),
    });
    const { sandboxes } = node.petri;
    const created = await sandboxes.batchCreate([{ id: 'a', state: 1 }, { id: 'b' }]);
    assert.deepEqual([created[0]?.sandbox?.id, created[1]?.error?.reason], ['a:1', 'SANDBOX_NOT_FOUND']);
    const destroyed = await sandboxes.batchDestroy(['a'], { graceMs: 5, allowMissing: true });
    assert.deepEqual(destroyed, [{ index: 0, id: 'a', sandbox: undefined }]);
    const reloaded = await sandboxes.batchReload([{ id: 'a', modules: 'source' }]);
    assert.equal(reloaded[0]?.reload?.result, 'RELOADED');
  });
});
