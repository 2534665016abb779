import { metricOf } from './support/metrics.ts';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { connect, type EventGap, type Petri, type PetriEvent, type WatchOptions } from '@petri/client';
import { createServiceClient } from '@petri/contracts';
import { type EventKind, EventService, Outcome } from '@petri/contracts/v1';
import { startNodeProcess } from './support/node-process.ts';
import { sharedNode, testNode } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { petri, sandboxes } = node;
const GENOME = `
  export const f = (n) => n * 2;
  export const fail = () => { throw new Error('no'); };
  export const spin = () => { for (;;); };
  export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);`;
const SUITE = { suite: { cases: [{ function: 'f', arguments: [2], expected: 4 }] } };

type Watch = {
  items: (PetriEvent | EventGap)[];
  events: (kind?: PetriEvent['kind']) => PetriEvent[];
  end: () => Promise<void>;
};

/** Collects all that happens from now on. */
async function watch(from: Petri, options: WatchOptions = {}): Promise<Watch> {
  const stop = new AbortController();
  const cursor = options.cursor ?? (await from.events.now(options));
  const items: Watch['items'] = [];
  const reading = (async () => {
    for await (const item of from.events.watch({ ...options, cursor, signal: stop.signal })) items.push(item);
  })();
  const ended = assert.rejects(reading, { code: 'cancelled' });
  return {
    items,
    events: (kind) =>
      items.filter((item) => item.kind !== 'GAP').filter((item) => kind === undefined || item.kind === kind),
    end: async () => {
      stop.abort();
      await ended;
    },
  };
}

const kindsOf = (watched: Watch) => watched.items.map(({ kind }) => kind);

suite('a watcher of events', () => {
  test('sees the life of a sandbox, in order, with what each thing came to', async () => {
    const id = 'watched';
    const watched = await watch(petri, { sandboxIds: [id] });
    await sandboxes.create({ id, genome: GENOME, population: 'p' });
    await sandboxes.call(id, 'f', 1);
    await sandboxes.run(id, 'fail');
    await sandboxes.evaluate(id, SUITE);
    await sandboxes.reload(id, `${GENOME}\nexport const g = 1;`);
    await assert.rejects(sandboxes.reload(id, 'syntax error'));
    await sandboxes.destroy(id);
    await until('it is destroyed', () => watched.events('SANDBOX_DESTROY').length > 0);
    assert.deepEqual(
      watched.events().map(({ kind, outcome, error, score }) => [kind, outcome, error, score]),
      [
        ['SANDBOX_CREATE', undefined, '', undefined],
        ['SANDBOX_RUN', 'COMPLETED', '', undefined],
        ['SANDBOX_RUN', 'THREW', '', undefined],
        ['SANDBOX_EVALUATE', 'COMPLETED', '', undefined],
        ['SANDBOX_FITNESS_COMPUTED', undefined, '', 1],
        ['SANDBOX_RELOAD', undefined, '', undefined],
        ['SANDBOX_RELOAD', undefined, 'COMPILE_FAILED', undefined],
        ['SANDBOX_DESTROY', undefined, '', undefined],
      ].map(([kind, outcome, error, score]) => [
        kind,
        outcome,
        error,
        kind === 'SANDBOX_EVALUATE' ? 1 : score,
      ]),
    );
    for (const { sandboxId, population, time } of watched.events()) {
      assert.deepEqual([sandboxId, population], [id, 'p']);
      assert.ok(Math.abs(time.getTime() - Date.now()) < 60_000);
    }
    const [, , threw] = watched.events();
    assert.equal(threw?.reason, 'Error: no');
    await watched.end();
  });

  test('is told why runs were killed, with and without their worker', async () => {
    const box = await node.box(GENOME);
    const watched = await watch(petri, { kinds: ['SANDBOX_KILLED'] });
    await box.run('spin', [], { timeoutMs: 30 });
    await box.run('hang', [], { timeoutMs: 500 });
    await until('both are reported', () => watched.events().length === 2);
    const [spin, hang] = watched.events();
    for (const killed of [spin, hang]) {
      assert.deepEqual([killed?.sandboxId, killed?.outcome], [box.id, 'TIMEOUT']);
      assert.equal(killed?.attributes['petri.kill.reason'], 'timeout');
      assert.notEqual(killed?.reason, '');
    }
    assert.equal(hang?.attributes['petri.worker_lost'], 'true');
    await watched.end();
  });

  test('sees batches of every kind', async () => {
    const watched = await watch(petri, { kinds: ['SANDBOX_BATCH'] });
    await sandboxes.batchCreate(['b1', 'b2', 'b1'].map((id) => ({ id, genome: GENOME })));
    await sandboxes.batchRun([{ id: 'b1' }, { id: 'nobody' }], { spec: { function: 'f' } }).summary();
    await sandboxes.batchEvaluate(['b1'], SUITE).summary();
    await sandboxes.evaluateSources([{ genome: GENOME }], SUITE).summary();
    await sandboxes.batchReload([{ id: 'b1', modules: 'export const f = 1;' }]);
    await sandboxes.batchDestroy(['b1', 'b2']);
    await until('all are reported', () => watched.events().length === 6);
    assert.deepEqual(
      watched.events().map(({ attributes }) => ({ ...attributes })),
      [
        ['create', 3, 1],
        ['run', 2, 1],
        ['evaluate', 1, 0],
        ['evaluate_sources', 1, 0],
        ['reload', 1, 0],
        ['destroy', 2, 0],
      ].map(([kind, size, errors]) => ({
        'petri.batch.kind': kind,
        'petri.batch.size': String(size),
        'petri.batch.errors': String(errors),
        'petri.batch.workers_lost': '0',
      })),
    );
    await watched.end();
  });

  test('sees the fitness that populations record, which keep no history of it', async () => {
    const population = 'recorded';
    const watched = await watch(petri, { populations: [population] });
    await petri.populations.create({ id: population });
    await petri.populations.add(population, ['m', 'n']);
    await petri.fitness.record(population, [
      { id: 'm', score: 0.5, components: { passed: 0.25 } },
      { id: 'n', error: { reason: 'TIMEOUT', message: 'too slow' } },
    ]);
    await petri.fitness.adjust(population, [{ id: 'm', delta: -0.25, reason: 'anomaly' }]);
    await until('all are there', () => watched.events().length === 3);
    assert.deepEqual(
      watched
        .events()
        .map(({ kind, sandboxId, score, error, reason }) => [kind, sandboxId, score, error, reason]),
      [
        ['POPULATION_FITNESS_RECORDED', 'm', 0.5, '', ''],
        ['POPULATION_FITNESS_RECORDED', 'n', undefined, 'TIMEOUT', 'too slow'],
        ['POPULATION_FITNESS_ADJUSTED', 'm', 0.25, '', 'anomaly'],
      ],
    );
    assert.deepEqual(
      watched.events().map(({ attributes }) => ({ ...attributes })),
      [
        { 'petri.generation': '0', 'petri.fitness.components': '{"passed":0.25}' },
        { 'petri.generation': '0', 'petri.fitness.components': '{}' },
        {
          'petri.generation': '0',
          'petri.fitness.components': '{"passed":0.25}',
          'petri.fitness.delta': '-0.25',
        },
      ],
    );
    await watched.end();
  });

  test('gets only what it asked for', async () => {
    const box = await node.box(GENOME, { population: 'wanted' });
    const other = await node.box(GENOME, { population: 'other' });
    const watched = await watch(petri, { populations: ['wanted'], outcomes: ['THREW'] });
    for (const { id } of [box, other]) {
      await sandboxes.run(id, 'f', [1]);
      await sandboxes.run(id, 'fail');
    }
    await box.run('fail');
    await until('both are there', () => watched.events().length === 2);
    assert.deepEqual(
      watched.events().map(({ sandboxId, kind }) => [sandboxId, kind]),
      [box.id, box.id].map((id) => [id, 'SANDBOX_RUN']),
    );
    await watched.end();
  });

  test('may leave, and may have a deadline', async () => {
    const cursor = await petri.events.now();
    await node.box(GENOME);
    for await (const { kind } of petri.events.watch({ cursor })) {
      assert.equal(kind, 'SANDBOX_CREATE');
      break;
    }
    await assert.rejects(Array.fromAsync(petri.events.watch({ deadlineMs: 50 })), {
      code: 'deadline_exceeded',
    });
  });

  test('is refused a filter or cursor that means nothing, with every violation', async () => {
    const raw = createServiceClient(EventService, node.grpc);
    const request = {
      kinds: [99 as EventKind],
      sandboxIds: ['', 'a'],
      populations: ['/'],
      outcomes: [Outcome.UNSPECIFIED, 42 as Outcome],
    };
    await assert.rejects(
      Array.fromAsync(raw.watchEvents(request)),
      (thrown: { violations: { field: string }[] }) => {
        const fields = thrown.violations.map(({ field }) => field);
        assert.deepEqual(fields, [
          'kinds[0]',
          'sandbox_ids[0]',
          'populations[0]',
          'outcomes[0]',
          'outcomes[1]',
        ]);
        return true;
      },
    );
    await assert.rejects(Array.fromAsync(petri.events.watch({ cursor: 'nonsense' })), {
      code: 'invalid_argument',
    });
  });
});

suite('a watcher that does not read', () => {
  test('holds nothing up, and is told how much it missed', async () => {
    await using node = await testNode({ workers: 1, spares: 0, eventsKept: 64 });
    const { petri, sandboxes } = node;
    const box = await node.box(GENOME);
    await sandboxes.updateLimits(box.id, { maxQueuedRuns: 5_000 });
    const cursor = await petri.events.now();
    const reading = petri.events.watch({ cursor, kinds: ['SANDBOX_RUN'] });
    const missedBefore = await metricOf('petri.events.missed');
    await box.call('f', 1);
    const { value: first } = await reading.next();
    assert.equal(first?.kind, 'SANDBOX_RUN');
    // More than the node keeps, and than fits into the buffers on the way.
    const runs = 8_000;
    const entries = Array.from({ length: runs }, () => ({ id: box.id }));
    const { outcomes } = await sandboxes
      .batchRun(entries, { spec: { function: 'f', arguments: [1] }, omitReceipts: true })
      .summary();
    assert.deepEqual(outcomes, { COMPLETED: runs });
    // All are done, and it has read nothing of them. What comes only now and then is not pushed out by them.
    await sandboxes.destroy(box.id);
    const { value: destroyed } = await petri.events.watch({ cursor, kinds: ['SANDBOX_DESTROY'] }).next();
    assert.deepEqual(
      [destroyed?.kind, destroyed?.kind === 'SANDBOX_DESTROY' && destroyed.sandboxId],
      ['SANDBOX_DESTROY', box.id],
    );
    let [seen, missed, gaps] = [0, 0, 0];
    for await (const item of reading) {
      if (item.kind === 'GAP') gaps++;
      if (item.kind === 'GAP') missed += item.missed;
      if (item.kind === 'SANDBOX_RUN') seen++;
      if (seen + missed >= runs) break;
    }
    assert.equal(seen + missed, runs);
    assert.ok(missed > 0 && gaps > 0, `${missed} missed`);
    assert.equal((await metricOf('petri.events.missed')) - missedBefore, missed);
  });
});

suite('a watch goes on by itself', () => {
  const ENV = { PETRI_WORKERS: '1', PETRI_SPARES: '0' };

  test('after the node was started anew, and says so', async () => {
    let first = await startNodeProcess(ENV);
    const port = new URL(`http://${first.address}`).port;
    await using client = await connect(first.address);
    const watched = await watch(client);
    await client.sandboxes.create({ id: 'a', genome: GENOME });
    await until('it watches', () => watched.events().length === 1);
    first.child.kill('SIGKILL');
    await first.stop();
    await using second = await startNodeProcess({ ...ENV, PETRI_PORT: port });
    await until('the node is back', () =>
      client.sandboxes.create({ id: 'b' }).then(
        () => true,
        () => false,
      ),
    );
    await until('the watch is back', () => watched.events().length >= 2);
    assert.deepEqual(
      watched.items.map((item) => (item.kind === 'GAP' ? item.restarted : item.sandboxId)),
      ['a', true, 'b'],
    );
    assert.deepEqual(kindsOf(watched), ['SANDBOX_CREATE', 'GAP', 'SANDBOX_CREATE']);
    await watched.end();
    void second;
  });
});
