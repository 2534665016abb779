/** Individuals that get from island to island: of one node without NATS, and between nodes over it. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { suite, test } from 'node:test';
import { connect, type EvaluationSpec, type Migration, type Petri } from '@petri/client';
import { evolveOnIslands, Output, quadratic } from '@petri/lab';
import { temporaryDirectory } from './support/directory.ts';
import { startNatsServer, WITHOUT_NATS } from './support/nats-server.ts';
import { type TestNode, testNode } from './support/node.ts';
import { startNodeProcess } from './support/node-process.ts';
import { until } from './support/until.ts';

const closeTo = (expected: number): EvaluationSpec => ({
  suite: { cases: [{ function: 'f', expected, comparison: 'CLOSENESS' }] },
});
const SPEC = closeTo(10);
const OTHER = closeTo(3);

const ISLANDS = {
  announced: undefined,
  beatMs: 50,
  leaseMs: 300,
  natsServers: [] as string[],
  natsUser: '',
  natsPassword: '',
  natsCredentials: '',
  natsCaFile: undefined,
  natsReplicas: 1 as const,
  migrantKey: 'secret',
};

/** A population whose members are constants, evaluated. */
async function populate(
  { populations, sandboxes }: Petri,
  id: string,
  prefix: string,
  values: number[],
  spec = SPEC,
) {
  await populations.create({ id });
  for (const value of values) {
    const sandbox = `${prefix}-${value}`;
    await sandboxes.create({ id: sandbox, genome: `export const f = () => ${value};`, population: id });
    await populations.add(id, [sandbox]);
    await sandboxes.evaluate(sandbox, spec, { record: { population: id } });
  }
}

async function settled({ archipelago }: Petri, id: string): Promise<Migration> {
  const seen: Migration[] = [];
  await until('the migration is settled', async () => {
    const report = await archipelago.migration(id);
    seen.splice(0, 1, report);
    assert.equal(
      report.sent,
      report.admitted + report.duplicate + report.rejected + report.dropped + report.inFlight,
    );
    return report.error !== '' || (report.sent > 0 && report.inFlight === 0);
  });
  return seen[0]!;
}

suite('an archipelago', () => {
  test('of two islands on one node needs no NATS', async () => {
    const islands = { ...ISLANDS, node: 'n', islands: ['east', 'west'] };
    await using node = await testNode({ islands });
    const { petri } = node;
    await populate(petri, 'p.east', 'e', [1, 9]);
    await populate(petri, 'p.west', 'w', [2]);
    await until(
      'both islands have the population',
      async () => (await petri.archipelago.islands('p')).length === 2,
    );
    const { id } = await petri.archipelago.migrate({ from: 'east', to: 'west', population: 'p', count: 1 });
    const report = await settled(petri, id);
    assert.equal(report.admitted, 1, JSON.stringify(report));
    const [migrant] = report.migrants;
    assert.equal(migrant?.individual, 'e-9');
    assert.equal(await petri.sandboxes.call(migrant.admittedAs, 'f'), 9);
    const [best] = (await petri.fitness.top('p.west', 1)).map(({ fitness }) => fitness);
    assert.deepEqual([best?.id, best?.score], [migrant.admittedAs, 0.5]);
    const again = await settled(
      petri,
      (await petri.archipelago.migrate({ from: 'east', to: 'west', population: 'p' })).id,
    );
    assert.equal(again.duplicate, 1);
    const topology = await petri.archipelago.topology();
    assert.deepEqual([topology.kind, topology.edges.length], ['RING', 2]);
  });

  test('tells its policy and its schedule as they were set', async () => {
    await using node = await testNode({ islands: { ...ISLANDS, node: 'n', islands: ['n'] } });
    const { archipelago } = node.petri;
    assert.deepEqual(await archipelago.policy(), { policy: {}, schedule: {}, revision: 0 });
    const policy = {
      selection: 'TOURNAMENT',
      tournamentSize: 4,
      replacement: 'MOST_SIMILAR',
      trustScores: true,
      maxHops: 3,
      ttlMs: 1_500,
      capacity: 40,
    } as const;
    const schedule = { generations: 5, intervalMs: 2_500, count: 3, populations: ['p', 'q'] };
    const revision = await archipelago.setPolicy({ policy, schedule });
    assert.deepEqual(await archipelago.policy(), { policy, schedule, revision });
    await archipelago.setPolicy({ schedule: {} }, revision);
    const { schedule: emptied, ...rest } = await archipelago.policy();
    assert.deepEqual([emptied, rest.policy], [{}, policy]);
    const stale = archipelago.setPolicy({ schedule }, revision);
    await assert.rejects(stale, { code: 'aborted', reason: 'STALE_REVISION' });
  });

  test('has its own schedule again after a demo, unless somebody decided otherwise meanwhile', async () => {
    await using node = await testNode({ islands: { ...ISLANDS, node: 'n', islands: ['east', 'west'] } });
    const { archipelago } = node.petri;
    const own = { intervalMs: 60_000, count: 2 };
    await archipelago.setPolicy({ schedule: own });
    const isDemos = async () => (await archipelago.policy()).schedule.generations === 2;
    const demo = async (meanwhile: () => Promise<unknown>) => {
      const stop = new AbortController();
      const evolving = evolveOnIslands({
        addresses: [node.address],
        problem: { ...quadratic(), goal: Infinity },
        seed: '1',
        output: new Output({ write: () => undefined }, { color: false, liveLine: false }),
        signal: stop.signal,
      });
      await Promise.race([until("the demo's is in force", isDemos), evolving]);
      await meanwhile();
      stop.abort();
      await assert.rejects(evolving);
    };
    await demo(async () => undefined);
    assert.deepEqual((await archipelago.policy()).schedule, own);
    const other = { generations: 7 };
    await demo(() => archipelago.setPolicy({ schedule: other }));
    assert.deepEqual((await archipelago.policy()).schedule, other);
  });

  test('tells callers and other nodes where each node is reached', async () => {
    await using node = await startNodeProcess({
      PETRI_HOST: '0.0.0.0',
      PETRI_ALLOW_INSECURE: 'unauthenticated',
      PETRI_WORKERS: '1',
    });
    const port = node.address.split(':')[1];
    await using petri = await connect(`127.0.0.1:${port}`);
    const [itself] = await petri.archipelago.nodes();
    assert.equal(itself?.address, `${hostname()}:${port}`);
    const announced = { host: 'petri.example.org', port: 443 };
    await using elsewhere = await testNode({ islands: { ...ISLANDS, node: 'n', islands: ['n'], announced } });
    const [told] = await elsewhere.petri.archipelago.nodes();
    assert.equal(told?.address, 'petri.example.org:443');
  });

  test('that was started again evaluates immigrants as before', async () => {
    using directory = temporaryDirectory();
    const islands = { ...ISLANDS, node: 'n', islands: ['east', 'west'] };
    const config = { islands, dataDirectory: directory.path, workers: 1, spares: 0 };
    {
      await using node = await testNode(config);
      await populate(node.petri, 'p.east', 'e', [9]);
      await populate(node.petri, 'p.west', 'w', [2]);
    }
    await using node = await testNode(config);
    const { archipelago } = node.petri;
    await until('both are there', async () => (await archipelago.islands('p')).length === 2);
    const { id } = await archipelago.migrate({ from: 'east', to: 'west', population: 'p' });
    const report = await settled(node.petri, id);
    assert.equal(report.admitted, 1, JSON.stringify(report));
  });

  test('refuses scores of another evaluator, and what cannot be meant; and tells watchers', async () => {
    await using node = await testNode({ islands: { ...ISLANDS, node: 'n', islands: ['east', 'west'] } });
    const { archipelago, events } = node.petri;
    await populate(node.petri, 'p.east', 'e', [3], OTHER);
    await populate(node.petri, 'p.west', 'w', [2]);
    const kinds = ['ISLAND_MIGRATION_SENT', 'ISLAND_MIGRATION_REJECTED'] as const;
    const cursor = await events.now({ kinds });
    const { id } = await archipelago.migrate({ from: 'east', to: 'west', population: 'p' });
    assert.equal((await settled(node.petri, id)).migrants[0]?.reason, 'OTHER_EVALUATOR');
    const told: Record<string, object> = {};
    for await (const event of events.watch({ kinds, cursor })) {
      if (event.kind !== 'GAP') told[event.kind] = event.attributes;
      if (Object.keys(told).length === kinds.length) break;
    }
    const [migrant] = (await archipelago.migration(id)).migrants;
    const about = {
      'petri.migration.id': id,
      'petri.migration.from': 'east',
      'petri.migration.to': 'west',
      'petri.migration.count': '1',
      'petri.genome.sha256': migrant?.genomeSha256,
    };
    assert.deepEqual(told, {
      ISLAND_MIGRATION_SENT: { ...about, 'petri.island': 'east' },
      ISLAND_MIGRATION_REJECTED: { ...about, 'petri.island': 'west', 'petri.reason': 'OTHER_EVALUATOR' },
    });
    await assert.rejects(archipelago.migrate({ from: 'east', to: 'east', population: 'p' }), {
      code: 'invalid_argument',
    });
    const many = archipelago.migrate({ from: 'east', to: 'west', population: 'p', count: 101 });
    await assert.rejects(many, {
      code: 'invalid_argument',
      violations: [{ field: 'count', description: 'must be at most 100, is 101' }],
    });
    await assert.rejects(archipelago.migrate({ from: 'east', to: 'nowhere', population: 'p' }), {
      code: 'not_found',
    });
    await assert.rejects(archipelago.setTopology({ kind: 'CUSTOM' }), { code: 'invalid_argument' });
    await assert.rejects(archipelago.migration('none'), { code: 'not_found' });
  });

  test(
    'of two nodes over NATS: by schedule, by request, and on after one is gone',
    { skip: WITHOUT_NATS },
    async () => {
      await using nats = await startNatsServer();
      const start = (name: string): Promise<TestNode> =>
        testNode({
          workers: 1,
          spares: 0,
          islands: { ...ISLANDS, node: name, islands: [name], natsServers: [nats.url] },
        });
      await using a = await start('a');
      await using b = await start('b');
      await populate(a.petri, 'p', 'a', [9]);
      await populate(b.petri, 'p', 'b', [1]);
      await until('both see both', async () => {
        const seen = await Promise.all([a, b].map(({ petri }) => petri.archipelago.nodes()));
        return seen.every(
          (nodes) => nodes.map(({ id, state }) => `${id} ${state}`).join() === 'a ALIVE,b ALIVE',
        );
      });
      await a.petri.archipelago.setPolicy({
        schedule: { generations: 1 },
        policy: { capacity: 1, replacement: 'IF_BETTER' },
      });
      await until(
        'the plan leads over both',
        async () => (await b.petri.archipelago.topology()).edges.length === 2,
      );
      await until('a sends its best when it advances', async () => {
        await a.petri.populations.advance('p', { survivors: ['a-9'] });
        return (await b.petri.archipelago.migrations({ from: 'a', to: 'b' })).totals.admitted === 1;
      });
      const [best] = (await b.petri.fitness.top('p', 10)).map(({ fitness }) => fitness.id);
      assert.match(best ?? '', /^migrant-/, 'it took the place of b-1');
      await assert.rejects(b.petri.sandboxes.get('b-1'), { code: 'not_found' });
      await b[Symbol.asyncDispose]();
      await until('a is alone', async () => (await a.petri.archipelago.topology()).edges.length === 0);
      assert.equal((await a.petri.archipelago.nodes())[1]?.state, 'GONE');
      assert.equal(await a.petri.sandboxes.call('a-9', 'f'), 9);
    },
  );
});
