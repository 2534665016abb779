/** Runs of one sandbox take turns. How many may wait is in limits.test.ts. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sharedNode } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { sandboxes } = node;

const GENOME = `
  export const spin = () => { for (;;); };
  export const echo = (value) => value;
`;

const queued = (id: string, runs: number) =>
  until(`${runs} run or wait`, async () => (await sandboxes.usage(id)).queuedRuns === runs);

suite('the queue of a sandbox', () => {
  test('keeps the order in which runs came', async () => {
    const box = await node.box(
      `import { state, setState } from 'petri:sandbox'; setState([]);
       export const add = (n) => { state.push(n); return state.length; }; export const all = () => state;`,
      { state: [] },
    );
    await Promise.all(Array.from({ length: 200 }, (_, n) => box.call('add', n)));
    assert.deepEqual(
      await box.call('all'),
      Array.from({ length: 200 }, (_, n) => n),
    );
  });

  test('of a sandbox that is busy for long holds up no other sandbox', async () => {
    const busy = await Promise.all(Array.from({ length: 2 }, () => node.box(GENOME)));
    const caller = new AbortController();
    const options = { timeoutMs: 30_000, signal: caller.signal };
    const runs = busy.map(({ id }) => sandboxes.run(id, 'spin', [], options));
    await Promise.all(busy.map(({ id }) => queued(id, 1)));
    const other = (async () => (await node.box(GENOME)).call('echo', 'done'))();
    assert.equal(await Promise.race([other, ...runs]), 'done', 'it waited for a busy one');
    caller.abort();
    for (const run of runs) await assert.rejects(run, { code: 'cancelled' });
  });

  test('that is full makes a batch wait for room, which keeps its order', async () => {
    const source = 'let n = 0; export const next = () => ++n;';
    const box = await node.box(source, { limits: { maxQueuedRuns: 1 } });
    const answers: unknown[] = [];
    for await (const { index, run } of sandboxes.batchRun(
      Array.from({ length: 200 }, () => ({ id: box.id })),
      { spec: { function: 'next' } },
    ))
      answers[index] = run?.outcome === 'COMPLETED' ? run.value : 'refused';
    assert.deepEqual(
      answers,
      Array.from({ length: 200 }, (_, index) => index + 1),
    );

    const evaluated: unknown[] = [];
    for await (const { evaluation } of sandboxes.batchEvaluate(
      Array.from({ length: 50 }, () => box.id),
      { suite: { cases: [{ function: 'next', expected: 0 }] } },
    ))
      evaluated.push(evaluation?.outcome);
    assert.deepEqual(new Set(evaluated), new Set(['COMPLETED']));
  });

  test('lets go of a batch that waits for room when its caller leaves, or the sandbox goes', async () => {
    const box = await node.box(GENOME, { limits: { maxQueuedRuns: 1 } });
    const batch = (signal?: AbortSignal) =>
      Array.fromAsync(
        sandboxes.batchRun(
          Array.from({ length: 20 }, () => ({ id: box.id })),
          { spec: { function: 'spin', timeoutMs: 60_000 }, ...(signal && { signal }) },
        ),
      );
    const caller = new AbortController();
    const cancelled = assert.rejects(batch(caller.signal), { code: 'cancelled' });
    await queued(box.id, 2);
    caller.abort();
    await cancelled;
    await queued(box.id, 0);

    const ended = batch();
    await queued(box.id, 2);
    await sandboxes.destroy(box.id, { graceMs: 0 });
    const items = await ended;
    assert.equal(items.length, 20);
    for (const { run, error } of items) assert.ok(error !== undefined || run?.outcome === 'CANCELLED');
  });
});
