/** What a run, a sandbox or a candidate leaves behind is nobody else's. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Petri } from '@petri/client';
import { startSandboxRuntime } from '@petri/sandbox';
import { childrenOf } from './support/census.ts';
import { type Box, failure, sharedNode, testNode, valueOf } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { sandboxes } = node;
const MiB = 1024 * 1024;

const COUNTS = `
  import { state, sleep } from 'petri:sandbox';
  export const count = () => (state.n = (state.n ?? 0) + 1);
  export const countLater = async () => { await sleep(1); return (state.n = (state.n ?? 0) + 1); };
  export const spin = () => { for (;;); };
  export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
  export const grow = () => { const all = []; for (;;) all.push({ some: 'object' }); };
  export const naps = async () => { for (;;) await sleep(3_600_000); };
  export const dozes = async () => { for (;;) await sleep(1); };
`;

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const sorted = (values: readonly unknown[]) => (values as number[]).toSorted((left, right) => left - right);

suite('a run', () => {
  test('is not answered by a promise of one before it', async () => {
    const box = await node.box(`
      let settle;
      export const leave = () => new Promise((resolve) => { settle = resolve; setTimeout(resolve, 1e9); });
      export const take = async (text) => {
        settle?.('of an earlier run');
        await null;
        await new Promise((done) => setTimeout(done, 5));
        return text;
      };`);
    failure(await box.run('leave', [], { timeoutMs: 50 }), 'TIMEOUT');
    assert.equal(await box.call('take', 'mine'), 'mine');
    const caller = new AbortController();
    const left = assert.rejects(sandboxes.run(box.id, 'leave', [], { signal: caller.signal }));
    await until('it is under way', async () => (await sandboxes.usage(box.id)).queuedRuns === 1);
    caller.abort();
    await left;
    assert.equal(await box.call('take', 'mine again'), 'mine again');
  });

  for (const name of ['naps', 'dozes'])
    for (const clock of ['real', 'virtual'])
      test(`can't put its deadline off by sleeping (${name}, ${clock} clock)`, async () => {
        const box = await node.box(COUNTS);
        const determinism = { seed: 1 };
        const options = clock === 'virtual' ? { timeoutMs: 150, determinism } : { timeoutMs: 150 };
        // The worker has other things to do meanwhile: their time is not the run's.
        const busy = Array.from({ length: 20 }, () => node.box(COUNTS).then((other) => other.call('count')));
        const result = await box.run(name, [], options);
        failure(result, 'TIMEOUT');
        assert.ok(result.receipt.wallUs < 3_000_000, `${result.receipt.wallUs} µs`);
        await Promise.all(busy);
      });
});

suite('state', () => {
  test('loses no update, though isolates are dropped all the time', async () => {
    const crowded = await startSandboxRuntime({
      workers: 2,
      spares: 1,
      warmRealms: 1,
      residentsPerWorker: 2,
    });
    await using small = await testNode({}, crowded);
    const boxes = await Promise.all(Array.from({ length: 12 }, () => small.box(COUNTS)));
    const counted = await Promise.all(
      boxes.map((box) =>
        Promise.all(Array.from({ length: 40 }, (_, n) => box.call(n % 4 === 0 ? 'countLater' : 'count'))),
      ),
    );
    for (const values of counted) assert.deepEqual(sorted(values), upTo(40));
  });

  test("is right in a REALM whose isolate a neighbour's run took along", async () => {
    const member = (limits = {}) =>
      node.box(COUNTS, {
        isolation: 'REALM',
        population: 'neighbours',
        limits: { memoryBytes: 16 * MiB, ...limits },
      });
    const [bad, ...good] = (await Promise.all(Array.from({ length: 6 }, () => member()))) as [Box, ...Box[]];
    const attacks: Promise<unknown>[] = [];
    const counted = new Map(good.map((box) => [box, [] as Promise<unknown>[]]));
    for (let round = 0; round < 3; round++) {
      attacks.push(bad.run('grow'));
      for (const [box, values] of counted)
        for (let n = 0; n < 10; n++) values.push(box.call(n % 5 === 0 ? 'countLater' : 'count'));
    }
    for (const values of counted.values()) assert.deepEqual(sorted(await Promise.all(values)), upTo(30));
    for (const result of (await Promise.all(attacks)) as Awaited<ReturnType<Box['run']>>[])
      failure(result, 'MEMORY_LIMIT');
  });
});

suite('a fitness program', () => {
  test('finds nothing of an evaluation that was cancelled', async () => {
    await using single = await testNode({ workers: 1, spares: 0 });
    const { sandboxes: own } = single.petri;
    const sleeper = await single.box(
      'export const step = () => new Promise((done) => setTimeout(done, 1e9));',
    );
    const box = await single.box('export const step = () => 1;');
    for (let round = 0; round < 3; round++) {
      // Another program each time: one that was cancelled before it began may be used again, rightly.
      const javascript = `
        let evaluations = 0; // ${round}
        export default async (candidate) => { evaluations++; await candidate.call('step'); return evaluations; };`;
      const caller = new AbortController();
      const cancelled = assert.rejects(
        own.evaluate(sleeper.id, { program: { javascript }, timeoutMs: 60_000 }, { signal: caller.signal }),
      );
      await until('it is under way', async () => (await own.usage(sleeper.id)).queuedRuns === 1);
      caller.abort();
      await cancelled;
      assert.equal((await own.evaluate(box.id, { program: { javascript } })).score, 1);
    }
  });
});

suite('a case of a suite', () => {
  test('that passes its own deadline costs no worker', async () => {
    const cases = [
      { function: 'spin', timeoutMs: 40 },
      { function: 'naps', timeoutMs: 40 },
      { function: 'count' },
    ];
    const evaluateOne = async () => {
      const box = await node.box(COUNTS);
      await box.call('count');
      const { workerPid } = await sandboxes.usage(box.id);
      return { evaluation: await sandboxes.evaluate(box.id, { suite: { cases } }), workerPid };
    };
    let { evaluation, workerPid } = await evaluateOne();
    // On a crowded machine a worker may be too late to end the run by itself, but not each time.
    for (let n = 1; n < 5 && evaluation.receipt.workerLost; n++)
      ({ evaluation, workerPid } = await evaluateOne());
    assert.deepEqual(
      evaluation.cases.map(({ outcome }) => outcome),
      ['TIMEOUT', 'TIMEOUT', 'COMPLETED'],
    );
    assert.equal(evaluation.receipt.workerLost, false);
    assert.equal(evaluation.receipt.workerPid, workerPid);
  });
});

suite('runs that sleep', () => {
  test('keep none waiting that does not', async () => {
    await using single = await testNode({ workers: 1, spares: 0 });
    const { sandboxes: own } = single.petri satisfies Petri;
    const boxes = await Promise.all(Array.from({ length: 100 }, () => single.box(COUNTS)));
    const caller = new AbortController();
    const options = { signal: caller.signal, timeoutMs: 200_000 };
    const asleep = boxes.map(({ id }) => assert.rejects(own.run(id, 'naps', [], options)));
    // On a crowded machine it takes its time, and another worker may have been added meanwhile.
    const inFlight = async () =>
      (await single.status()).workers.reduce((sum, each) => sum + each.inFlight, 0);
    await until('all of them sleep', async () => (await inFlight()) === 100, 90_000);
    const awake = await single.box(COUNTS);
    for (let n = 1; n <= 20; n++) assert.equal(await awake.call('count'), n);
    caller.abort();
    await Promise.all(asleep);
    for (const box of boxes.slice(0, 5)) assert.equal(await box.call('count'), 1);
  });
});

suite('a sandbox', () => {
  test('that is stopped for taking workers down takes none with what it has waiting', async () => {
    // Enough spares for four to be lost within five seconds on a crowded machine, too.
    await using spare = await testNode({ workers: 1, spares: 5 });
    await until('they are there', async () => (await spare.status()).workers.length === 6, 30_000);
    const box = await spare.box(COUNTS);
    const runs = Array.from({ length: 30 }, () => box.run('hang', [], { timeoutMs: 20 }));
    const results = await Promise.allSettled(runs);
    assert.equal((await box.get()).status, 'ERROR');
    const lost = (await spare.status()).kills.TIMEOUT ?? 0;
    // Some may be too far apart to count.
    assert.ok(lost >= 4 && lost <= 15, `${lost} workers were lost`);
    const ends = results.map((result) => {
      if (result.status === 'fulfilled') return result.value.outcome;
      return (result.reason as { reason: string }).reason;
    });
    assert.ok(ends.includes('SANDBOX_ERROR') || ends.includes('CANCELLED'), ends.join());
    for (const end of ends) assert.match(end, /^(TIMEOUT|CANCELLED|SANDBOX_ERROR)$/);
  });

  test('of the profile HIGH makes no code from text, in a REALM whose other members do', async () => {
    const genome = `export const make = () => {
      const name = ['const', 'ructor'].join('');
      return (() => {})[name]('return 42')();
    };`;
    const population = 'mixed';
    const [strict, lax] = await Promise.all([
      node.box(genome, { isolation: 'REALM', population, securityProfile: 'HIGH' }),
      node.box(genome, { isolation: 'REALM', population, securityProfile: 'MEDIUM' }),
    ]);
    for (let round = 0; round < 3; round++) {
      assert.equal(valueOf(await lax.run('make')), 42);
      assert.match(failure(await strict.run('make'), 'THREW').message, /may not make code from strings/);
    }
  });

  test('of its own process that is destroyed while that is made leaves none behind', async () => {
    await node.idle();
    const before = childrenOf(process.pid).length;
    for (let round = 0; round < 3; round++) {
      const ids = [`own-${round}-a`, `own-${round}-b`];
      const created = ids.map((id) => sandboxes.create({ id, genome: COUNTS, isolation: 'PROCESS' }));
      const ends = Promise.allSettled(created);
      for (const id of ids)
        await until(
          'it is there',
          async () => (await sandboxes.get(id).catch(() => undefined)) !== undefined,
        );
      await Promise.allSettled(ids.map((id) => sandboxes.destroy(id, { graceMs: round * 20 })));
      await ends;
      for (const id of ids) await assert.rejects(sandboxes.get(id), { code: 'not_found' });
    }
    await until(
      'no worker is left over',
      async () => {
        const { workers } = await node.status();
        const now = childrenOf(process.pid).length;
        return now === workers.length && now <= Math.max(before, 3);
      },
      20_000,
    );
  });
});
