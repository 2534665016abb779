import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sharedNode } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { sandboxes } = node;

const GENOME = `
  import { state, sleep } from 'petri:sandbox';
  export const spin = () => { state.touched = true; for (;;); };
  export const hang = () => { state.touched = true; return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1); };
  export const nap = async () => { state.touched = true; await sleep(3_600_000); };
  export const good = () => state.touched === true;
`;

const underWay = (id: string, runs = 1) =>
  until(`${runs} runs under way`, async () => (await sandboxes.usage(id)).queuedRuns >= runs);

suite('cancellation', () => {
  for (const name of ['spin', 'hang', 'nap'])
    test(`reaches a guest in ${name}: the worker is free, the state as committed, CANCELLED counted`, async () => {
      const box = await node.box(GENOME);
      const { CANCELLED: before = 0 } = (await node.status()).runs;
      const caller = new AbortController();
      const run = sandboxes.run(box.id, name, [], { signal: caller.signal });
      await underWay(box.id);
      caller.abort();
      await assert.rejects(run, { code: 'cancelled' });
      assert.equal(await box.call('good'), false);
      await until('it is counted', async () => ((await node.status()).runs.CANCELLED ?? 0) === before + 1);
      await node.idle();
      assert.equal((await sandboxes.usage(box.id)).queuedRuns, 0);
    });

  test('of a run that waits for another takes it out of the queue', async () => {
    const box = await node.box(GENOME);
    const [one, other] = [new AbortController(), new AbortController()];
    const first = sandboxes.run(box.id, 'spin', [], { signal: one.signal });
    await underWay(box.id);
    const second = sandboxes.run(box.id, 'spin', [], { signal: other.signal });
    await underWay(box.id, 2);
    other.abort();
    await assert.rejects(second, { code: 'cancelled' });
    await until('it is out', async () => (await sandboxes.usage(box.id)).queuedRuns === 1);
    one.abort();
    await assert.rejects(first, { code: 'cancelled' });
    assert.equal(await box.call('good'), false);
  });

  test('of one run leaves the others of the sandbox alone', async () => {
    const box = await node.box(GENOME);
    const caller = new AbortController();
    const cancelled = sandboxes.run(box.id, 'spin', [], { signal: caller.signal });
    await underWay(box.id);
    const others = Array.from({ length: 10 }, () => box.call('good'));
    await underWay(box.id, 11);
    caller.abort();
    await assert.rejects(cancelled, { code: 'cancelled' });
    assert.deepEqual(
      await Promise.all(others),
      Array.from({ length: 10 }, () => false),
    );
  });

  test('reaches a load and an evaluation too', async () => {
    const caller = new AbortController();
    const created = sandboxes.create(
      { id: 'cancelled-load', genome: 'export const start = () => { for (;;); };' },
      { signal: caller.signal },
    );
    await until(
      'it starts',
      async () => (await sandboxes.get('cancelled-load').catch(() => undefined)) !== undefined,
    );
    const box = await node.box(GENOME);
    const evaluated = sandboxes.evaluate(
      box.id,
      { suite: { cases: [{ function: 'spin', timeoutMs: 60_000 }] } },
      { signal: caller.signal },
    );
    await underWay(box.id);
    caller.abort();
    await assert.rejects(created, { code: 'cancelled' });
    await assert.rejects(evaluated, { code: 'cancelled' });
    await node.idle();
    await until('the record is gone', () =>
      sandboxes.get('cancelled-load').then(
        () => false,
        () => true,
      ),
    );
  });

  test('of a reload leaves code and state as they were', async () => {
    const box = await node.box(GENOME);
    const before = await box.get();
    const caller = new AbortController();
    const reloaded = sandboxes.reload(box.id, 'export const migrate = () => { for (;;); };', {
      signal: caller.signal,
    });
    await until('it reloads', async () => (await box.get()).status === 'RELOADING');
    caller.abort();
    await assert.rejects(reloaded, { code: 'cancelled' });
    await until('it is back', async () => (await box.get()).status === 'RUNNING');
    const { revision, modules } = await box.get();
    assert.deepEqual([revision, modules], [before.revision, before.modules]);
    assert.equal(await box.call('good'), false);
  });
});

suite('the deadline of the caller', () => {
  test('bounds the guest: the worker is free soon after it', async () => {
    const box = await node.box(GENOME);
    await assert.rejects(sandboxes.run(box.id, 'spin', [], { deadlineMs: 150, timeoutMs: 60_000 }), {
      code: 'deadline_exceeded',
    });
    assert.equal(await box.call('good'), false);
    await node.idle();
  });
});
