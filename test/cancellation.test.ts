import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { failure, sharedNode } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { sandboxes } = node;

const GENOME = `
  import { state, sleep } from 'petri:sandbox';
  export const spin = () => { state.touched = true; for (;;); };
  export const hang = () => { state.touched = true; return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1); };
  export const nap = async () => { state.touched = true; await sleep(3_600_000); };
  export const good = () => state.touched === true;
  export const work = (ms) => { const end = Date.now() + ms; while (Date.now() < end); return ms; };
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
    await Promise.all(busy.map(({ id }) => underWay(id)));
    const other = (async () => (await node.box(GENOME)).call('good'))();
    assert.equal(await Promise.race([other, ...runs]), false, 'it waited for a busy one');
    caller.abort();
    for (const run of runs) await assert.rejects(run, { code: 'cancelled' });
  });
});

suite('the limits of a living sandbox', () => {
  test('apply from the next run on, with code and state as they were', async () => {
    const box = await node.box(
      `import { state } from 'petri:sandbox';
       export const f = (n) => { state.n = n; return 'x'.repeat(n); };
       export const g = () => state.n;`,
    );
    await box.call('f', 50);
    const updated = await sandboxes.updateLimits(box.id, { outputBytes: 16 });
    assert.equal(updated.limits.outputBytes, 16);
    assert.equal(updated.limits.maxTasks, 100);
    failure(await box.run('f', [50]), 'OUTPUT_LIMIT');
    assert.equal(await box.call('g'), 50);
    await sandboxes.updateLimits(box.id, { outputBytes: 1024, executionTimeMs: 10_000 });
    await box.call('f', 60);
    assert.equal(await box.call('g'), 60);
  });

  test('cap what a run asks for', async () => {
    const box = await node.box(GENOME, { limits: { executionTimeMs: 80 } });
    failure(await box.run('spin', [], { timeoutMs: 60_000 }), 'TIMEOUT');
  });

  test('out of range are all listed, and change nothing', async () => {
    const box = await node.box(GENOME);
    const wrong = { memoryBytes: 1, maxTasks: 10_001, executionTimeMs: 0, versionsKept: 101 };
    await assert.rejects(
      sandboxes.updateLimits(box.id, wrong),
      (error: { code: string; violations: { field: string }[] }) => {
        assert.equal(error.code, 'invalid_argument');
        assert.deepEqual(
          error.violations.map(({ field }) => field).sort((a, b) => (a < b ? -1 : 1)),
          ['limits.execution_time_ms', 'limits.max_tasks', 'limits.memory_bytes', 'limits.versions_kept'],
        );
        return true;
      },
    );
    assert.deepEqual((await box.get()).limits, box.created.limits);
  });

  test('of tasks count those pending at once', async () => {
    const box = await node.box(
      `export const set = (n) => { for (let i = 0; i < n; i++) setTimeout(() => {}, 1e6); return n; };
       export const chain = async (n) => { for (let i = 0; i < n; i++) await new Promise((done) => setTimeout(done, 0)); return n; };`,
      { limits: { maxTasks: 5 } },
    );
    assert.equal(await box.call('set', 5), 5);
    assert.match(failure(await box.run('set', [6]), 'THREW').message, /max_tasks/);
    assert.equal(await box.call('chain', 20), 20);
  });
});
