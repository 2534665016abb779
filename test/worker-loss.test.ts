import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { failure, sharedNode, type TestNode, valueOf } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { sandboxes } = node;

const GENOME = `
  import { state } from 'petri:sandbox';
  export const square = (n) => { const end = performanceLike() + 1; while (performanceLike() < end); return n * n; };
  const performanceLike = () => Date.now();
  export const count = () => (state.n = (state.n ?? 0) + 1);
  export const spin = (ms) => { const end = Date.now() + ms; while (Date.now() < end); return ms; };
`;

const boxes = await Promise.all(Array.from({ length: 20 }, () => node.box(GENOME)));
const RUNS = 600;

/** A batch whose every result is checked, with something done to the workers in the middle. */
async function batchWith(harm: (done: number) => Promise<void>): Promise<number> {
  const entries = Array.from({ length: RUNS }, (_, n) => ({
    id: boxes[n % boxes.length]!.id,
    spec: { function: 'square', arguments: [n] },
  }));
  const results = new Map<number, number>();
  let attempts = 0;
  const batch = sandboxes.batchRun(entries);
  for await (const { index, run, error } of batch) {
    assert.equal(error, undefined);
    assert.equal(run?.outcome, 'COMPLETED', JSON.stringify(run));
    assert.ok(!results.has(index), `${index} came twice`);
    if (run?.outcome === 'COMPLETED') results.set(index, run.value as number);
    attempts = Math.max(attempts, run?.receipt?.attempt ?? 0);
    await harm(results.size);
  }
  assert.equal(results.size, RUNS);
  for (const [index, value] of results) assert.equal(value, index * index);
  const summary = await batch.summary();
  assert.deepEqual([summary.total, summary.outcomes, summary.errors], [RUNS, { COMPLETED: RUNS }, 0]);
  return attempts;
}

/** Does it once, when so many results are there. */
function once(at: number, harm: () => Promise<unknown>): (done: number) => Promise<void> {
  let harmed = false;
  return async (done) => {
    if (harmed || done < at) return;
    harmed = true;
    await harm();
  };
}

/** Both workers and a spare are there again. */
const whole = (of: TestNode) =>
  until('the workers are replaced', async () => {
    const { workers } = await of.status();
    const states = workers.map(({ state }) => state);
    return states.filter((state) => state === 'ACTIVE').length >= 2 && states.includes('SPARE');
  });

const kill = (pid: number | undefined) => void process.kill(pid!, 'SIGKILL');

suite('a worker killed from outside in the middle of a batch', () => {
  test('loses nothing: every result is there, once, and right', async () => {
    await whole(node);
    const before = (await node.status()).workersLostToOthers;
    const attempts = await batchWith(once(100, async () => kill((await node.pids())[0])));
    assert.equal((await node.status()).workersLostToOthers, before + 1);
    assert.equal(attempts, 2);
  });

  test('nor do all of them at once, spare included', async () => {
    await whole(node);
    await batchWith(
      once(100, async () => {
        for (const { pid } of (await node.status()).workers) kill(pid);
      }),
    );
  });

  test('nor the spare, nor one after another', async () => {
    await whole(node);
    let killed = 0;
    await batchWith(async (done) => {
      if (killed >= 3 || done < (killed + 1) * 100) return;
      const { workers } = await node.status();
      const victim = killed++ % 2 === 0 ? workers.find(({ state }) => state === 'SPARE') : workers[0];
      if (victim) kill(victim.pid);
    });
    assert.equal(killed, 3);
  });

  test('nor one that is stopped instead (SIGSTOP)', async () => {
    await whole(node);
    let stopped = 0;
    await batchWith(
      once(100, async () => {
        [stopped = 0] = await node.pids();
        process.kill(stopped, 'SIGSTOP');
      }),
    );
    await until('the stopped worker is replaced', async () => !(await node.pids()).includes(stopped));
  });

  test('commits every run once', async () => {
    await whole(node);
    const box = await node.box(GENOME);
    const runs = Array.from({ length: 200 }, () => box.run('count'));
    const { workerPid } = await runs[20]!.then(() => sandboxes.usage(box.id));
    kill(workerPid || (await node.pids())[0]);
    const values = (await Promise.all(runs)).map((run) => valueOf(run) as number);
    assert.deepEqual(
      values.sort((left, right) => left - right),
      Array.from({ length: 200 }, (_, n) => n + 1),
    );
    assert.equal(await box.call('count'), 201);
  });

  test('under the same run again and again is that run CRASHED, with the reason', async () => {
    await whole(node);
    const box = await node.box(GENOME);
    const run = box.run('spin', [5_000]);
    const victims = new Set<number>();
    const watch = (async () => {
      while (victims.size < 3) {
        const held = (await node.status()).workers.find(
          ({ state, pid }) => state === 'HELD' && !victims.has(pid),
        );
        if (held) kill(held.pid);
        if (held) victims.add(held.pid);
      }
    })();
    const result = await run;
    await watch;
    failure(result, 'CRASHED');
    assert.match(result.receipt.reason, /killed from outside 3 times/);
    assert.equal(result.receipt.attempt, 3);
    assert.equal(result.receipt.workerLost, true);
    assert.equal(await box.call('count'), 1);
  });
});

suite('a sandbox', () => {
  test('is hibernated by the loss of its worker, and rebuilt on another at its next run', async () => {
    await whole(node);
    const box = await node.box(GENOME);
    await box.call('count');
    const { workerPid, resident } = await sandboxes.usage(box.id);
    assert.equal(resident, true);
    kill(workerPid);
    await until('it is hibernated', async () => !(await sandboxes.usage(box.id)).resident);
    assert.equal((await box.get()).status, 'RUNNING');
    assert.equal(await box.call('count'), 2);
    const after = await sandboxes.usage(box.id);
    assert.notEqual(after.workerPid, workerPid);
    assert.equal(after.restarts, 0);
  });

  test('with the isolation PROCESS has a worker to itself, which comes and goes with it', async () => {
    await whole(node);
    const own = await node.box(GENOME, { isolation: 'PROCESS' });
    const other = await node.box(GENOME, { isolation: 'PROCESS' });
    await Promise.all([own.call('count'), other.call('count')]);
    const [mine, theirs] = [await sandboxes.usage(own.id), await sandboxes.usage(other.id)];
    assert.notEqual(mine.workerPid, theirs.workerPid);
    const shared = await Promise.all(boxes.map(async ({ id }) => (await sandboxes.usage(id)).workerPid));
    assert.ok(!shared.includes(mine.workerPid));
    const workers = async () => (await node.status()).workers.filter(({ state }) => state !== 'SPARE').length;
    const before = await workers();
    const asMany = (count: number) => until(`${count} workers`, async () => (await workers()) === count);

    kill(mine.workerPid);
    await until('the loss is known', async () => !(await sandboxes.usage(own.id)).resident);
    assert.equal(await own.call('count'), 2);
    failure(await own.run('spin', [60_000], { timeoutMs: 50 }), 'TIMEOUT');
    assert.equal(await own.call('count'), 3);
    await sandboxes.updateLimits(own.id, { maxTasks: 7 });
    assert.equal(await own.call('count'), 4);
    await sandboxes.reload(own.id, `${GENOME} export const two = 2;`);
    assert.equal(await own.call('count'), 5);
    await sandboxes.restart(own.id);
    assert.equal(await own.call('count'), 6);
    await asMany(before);
    await sandboxes.destroy(own.id);
    await asMany(before - 1);
    await sandboxes.destroy(other.id);
    await asMany(before - 2);
  });

  test('with the isolation REALM needs a population, and shares isolates with that alone', async () => {
    await assert.rejects(
      node.box(GENOME, { isolation: 'REALM' }),
      (error: { violations: { field: string }[] }) => {
        assert.deepEqual(
          error.violations.map(({ field }) => field),
          ['population'],
        );
        return true;
      },
    );
    const poison = `Object.prototype.polluted = 'yes'; Array.prototype.map = () => 'patched'; globalThis.left = 1;
      export const look = () => [({}).polluted ?? null, [1].map(String), globalThis.left ?? null];`;
    const clean =
      'export const look = () => [({}).polluted ?? null, [1].map(String), globalThis.left ?? null];';
    const members = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        node.box(n % 3 === 0 ? poison : clean, { isolation: 'REALM', population: 'one' }),
      ),
    );
    for (const [n, member] of members.entries())
      if (n % 3 !== 0) assert.deepEqual(await member.call('look'), [null, ['1'], null]);
  });
});
