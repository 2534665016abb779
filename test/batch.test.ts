import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RunItem } from '@petri/client';
import { sharedNode } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { sandboxes } = node;

const GENOME = `
  import { state, sleep } from 'petri:sandbox';
  export const f = (n) => n * 2;
  export const count = () => (state.n = (state.n ?? 0) + 1);
  export const fail = () => { throw new Error('no'); };
  export const spin = () => { for (;;); };
  export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
  export const nap = async (ms) => { await sleep(ms); return ms; };
  export const odd = () => NaN;
`;
const boxes = await Promise.all(Array.from({ length: 10 }, () => node.box(GENOME)));
const id = (n: number) => boxes[n % boxes.length]!.id;

suite('a batch of runs', () => {
  test('answers every entry once, in the order in which they finish, with a summary that adds up', async () => {
    const entries = [
      { id: id(0), spec: { function: 'nap', arguments: [3_000] } },
      { id: id(1), spec: { function: 'fail' } },
      { id: 'nobody', spec: { function: 'f' } },
      { id: id(2), spec: { function: 'spin', timeoutMs: 60 } },
      { id: id(3), spec: { function: 'odd' } },
      { id: id(4), spec: { function: 'hang', timeoutMs: 500 } },
      { id: id(5), spec: { expression: 'f(21)' } },
      { id: id(6) },
    ];
    const batch = sandboxes.batchRun(entries, { spec: { function: 'f', arguments: [5] } });
    const items = await Array.fromAsync(batch);
    assert.equal(items.at(-1)?.index, 0);
    const byIndex = new Map(items.map((item) => [item.index, item]));
    assert.deepEqual(
      entries.map((_, n) => byIndex.get(n)?.run?.outcome ?? byIndex.get(n)?.error?.reason),
      [
        'COMPLETED',
        'THREW',
        'SANDBOX_NOT_FOUND',
        'TIMEOUT',
        'INVALID_RESULT',
        'TIMEOUT',
        'COMPLETED',
        'COMPLETED',
      ],
    );
    const value = (item: RunItem | undefined) =>
      item?.run?.outcome === 'COMPLETED' ? item.run.value : undefined;
    assert.deepEqual([value(byIndex.get(6)), value(byIndex.get(7))], [42, 10]);
    const summary = await batch.summary();
    assert.deepEqual(summary.outcomes, { COMPLETED: 3, THREW: 1, TIMEOUT: 2, INVALID_RESULT: 1 });
    assert.deepEqual([summary.total, summary.errors], [8, 1]);
    assert.ok(summary.workersLost >= 1 && summary.workersLost <= 2, String(summary.workersLost));
    assert.ok(summary.wallUs >= 3_000_000);
    assert.ok(summary.cpuUs > 0);
  });

  test('of thousands commits each once', async () => {
    const box = await node.box(GENOME);
    const entries = Array.from({ length: 3_000 }, () => ({ id: box.id }));
    const limited = await sandboxes.updateLimits(box.id, { maxQueuedRuns: 5_000 });
    assert.equal(limited.limits.maxQueuedRuns, 5_000);
    const values: unknown[] = [];
    const batch = sandboxes.batchRun(entries, { spec: { function: 'count' }, omitReceipts: true });
    for await (const { run } of batch) if (run?.outcome === 'COMPLETED') values.push(run.value);
    assert.equal(new Set(values).size, 3_000);
    assert.equal(await box.call('count'), 3_001);
  });

  test('that is empty has a summary', async () => {
    assert.equal((await sandboxes.batchRun([]).summary()).total, 0);
  });

  test('that is cancelled starts nothing more, and frees the workers', async () => {
    const counters = await Promise.all(Array.from({ length: 4 }, () => node.box(GENOME)));
    const slow = `import { state } from 'petri:sandbox'; export const f = () => { const end = Date.now() + 20; while (Date.now() < end); return (state.n = (state.n ?? 0) + 1); }; export const count = () => state.n ?? 0;`;
    await sandboxes.batchReload(counters.map((box) => ({ id: box.id, modules: slow })));
    const entries = Array.from({ length: 1_000 }, (_, n) => ({ id: counters[n % 4]!.id }));
    const caller = new AbortController();
    const batch = sandboxes.batchRun(entries, {
      spec: { function: 'f' },
      maxConcurrency: 8,
      signal: caller.signal,
    });
    let seen = 0;
    await assert.rejects(
      async () => {
        for await (const _ of batch) if (++seen === 5) caller.abort();
      },
      { code: 'cancelled' },
    );
    await node.idle();
    const counts = (await Promise.all(counters.map((box) => box.call('count')))) as number[];
    const done = counts.reduce((sum, count) => sum + count, 0);
    assert.ok(done >= 5 && done < 200, `${done} of 1000 were run`);
    await until('nothing is queued', async () => (await sandboxes.usage(counters[0]!.id)).queuedRuns === 0);
    assert.equal(await counters[0]!.call('count'), counts[0]);
  });

  test('whose reader leaves is ended too', async () => {
    const batch = sandboxes.batchRun(
      Array.from({ length: 500 }, (_, n) => ({ id: id(n) })),
      { spec: { function: 'nap', arguments: [20] }, maxConcurrency: 4 },
    );
    for await (const _ of batch) break;
    await node.idle();
    await assert.rejects(batch.summary(), { code: 'cancelled' });
  });

  test('has no more under way than it is allowed', async () => {
    const box = await node.box(GENOME);
    const reading = sandboxes
      .batchRun(
        Array.from({ length: 12 }, () => ({ id: box.id })),
        { spec: { function: 'nap', arguments: [20] }, maxConcurrency: 2 },
      )
      .summary();
    let most = 0;
    let done = false;
    void reading.finally(() => (done = true));
    await until('the batch is done', async () => {
      most = Math.max(most, (await sandboxes.usage(box.id)).queuedRuns);
      return done;
    });
    assert.ok(most <= 2, `${most} at once`);
    assert.deepEqual((await reading).outcomes, { COMPLETED: 12 });
  });
});

suite('a batch of evaluations', () => {
  test('answers each sandbox with its evaluation or error, and leaves states as they were', async () => {
    const ids = [...boxes.map((box) => box.id), 'nobody'];
    const batch = sandboxes.batchEvaluate(ids, {
      suite: {
        cases: [
          { function: 'f', arguments: [2], expected: 4 },
          { function: 'count', expected: 1 },
        ],
      },
    });
    const items = await Array.fromAsync(batch);
    assert.equal(items.length, ids.length);
    for (const { id: sandbox, evaluation, error } of items)
      if (sandbox === 'nobody') assert.equal(error?.code, 'not_found');
      else assert.equal(evaluation?.score, 1);
    const summary = await batch.summary();
    assert.deepEqual([summary.outcomes, summary.errors], [{ COMPLETED: 10 }, 1]);
    assert.equal(await boxes[0]!.call('count'), 1);
  });
});
