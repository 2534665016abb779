/** What every store has to do, over each of them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { openDatabase } from '@petri/storage';
import { openRegistry, type Registry } from '../registry.ts';
import { MemoryStore } from './memory-store.ts';
import { POPULATIONS, SqlitePopulationStore } from './sqlite-store.ts';
import type { Change, PopulationStore } from './store.ts';

/** A store that can be opened again over what it kept. */
type Opener = {
  open: () => Promise<PopulationStore>;
  close: () => Promise<void>;
  dispose: () => Promise<void>;
};

const OPENERS: Record<string, () => Promise<Opener>> = {
  memory: async () => {
    const store = new MemoryStore();
    return { open: async () => store, close: async () => undefined, dispose: async () => undefined };
  },
  sqlite: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'petri-populations-'));
    let database: Awaited<ReturnType<typeof openDatabase>> | undefined;
    const close = async () => {
      await database?.close();
      database = undefined;
    };
    return {
      async open() {
        database = await openDatabase({ directory, components: [POPULATIONS] });
        return new SqlitePopulationStore(database);
      },
      close,
      async dispose() {
        await close();
        await rm(directory, { recursive: true });
      },
    };
  },
};

const LAB = { tenant: 'lab', all: false, onForeign: () => undefined };

async function inhabited(registry: Registry): Promise<void> {
  const { populations, fitness, lineage, pins } = registry;
  await populations.create({ id: 'p', direction: 'MINIMISE', labels: { k: 'v' }, island: 'i' });
  await populations.create({ id: 'gone' });
  await populations.addMembers('gone', [{ id: 'x' }]);
  await fitness.record('gone', [{ id: 'x', result: { score: 1 } }]);
  await populations.addMembers('p', [{ id: 'a', birth: { parents: [] } }, { id: 'b' }, { id: 'c' }]);
  await fitness.record('p', [
    {
      id: 'a',
      result: { score: 0.1 },
      components: { part: -0.5 },
      tests: [{ name: 't', passed: true, score: 1 }],
    },
    { id: 'b', result: { error: { reason: 'TIMEOUT', message: 'm' } } },
    { id: 'c', result: { score: 0.1 } },
  ]);
  await fitness.adjust('p', [{ id: 'c', delta: 1e-3, reason: 'anomaly' }]);
  const newcomers = [{ id: 'd', genomeSha256: 'ab', birth: { parents: ['a', 'far'] } }];
  await populations.advance('p', { survivors: ['a', 'b'], newcomers, allowForeignParents: true });
  await lineage.record([{ id: 'far', parents: ['farther'] }], { allowForeignParents: true });
  await pins.pin(['a', 'z'], 'keep');
  await pins.unpin(['z']);
  await populations.delete('gone');
  const lab = registry.seenBy(LAB);
  await lab.populations.create({ id: 'of-lab' });
  await lab.populations.addMembers('of-lab', [{ id: 'a', birth: { parents: [] } }]);
  await lab.pins.pin(['a'], 'theirs');
}

const seen = ({ populations, fitness, lineage, pins }: Registry) => ({
  populations: populations.list({}),
  members: populations.listMembers('p', {}),
  ranked: fitness.rank('p', {}),
  ancestors: lineage.ancestors('d'),
  size: lineage.size,
  pins: pins.list({}),
});

const seenByLab = (registry: Registry) => {
  const { populations, lineage, pins } = registry.seenBy(LAB);
  return { populations: populations.list({}), a: lineage.get('a'), pins: pins.list({}) };
};

const loaded = async (store: PopulationStore): Promise<Change[]> =>
  (await Array.fromAsync(store.load())).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

for (const [name, create] of Object.entries(OPENERS))
  suite(`a population store: ${name}`, () => {
    test('what was recorded is there when it is opened again, and counts on', async () => {
      const opener = await create();
      try {
        const first = await openRegistry({ store: await opener.open() });
        await inhabited(first);
        const [before, labBefore] = [seen(first), seenByLab(first)];
        assert.deepEqual([labBefore.populations.totalSize, labBefore.pins.totalSize], [1, 1]);
        await opener.close();

        const again = await openRegistry({ store: await opener.open() });
        assert.deepEqual([seen(again), seenByLab(again)], [before, labBefore]);
        const [next] = await again.fitness.record('p', [{ id: 'd', result: { score: 0.1 } }]);
        assert.ok(next!.sequence > before.ranked.ranked[0]!.fitness.sequence);
        const [born] = await again.lineage.record([{ id: 'e', parents: ['d'] }]);
        assert.equal(born?.depth, 3);
      } finally {
        await opener.dispose();
      }
    });

    test('keeps the last row of each, and none that was deleted', async () => {
      const opener = await create();
      try {
        const store = await opener.open();
        const pin = (id: string, reason: string): Change => ({
          table: 'pin',
          tenant: 't',
          id,
          row: { id, reason, pinnedAtMs: 1 },
        });
        await Promise.all([
          store.commit([pin('a', 'first'), pin('b', 'b')]),
          store.commit([pin('a', 'second')]),
          store.commit([
            { table: 'pin', tenant: 't', id: 'b' },
            { table: 'pin', tenant: 'other', id: 'a' },
          ]),
        ]);
        assert.deepEqual(await loaded(store), [pin('a', 'second')]);
      } finally {
        await opener.dispose();
      }
    });
  });

test('a change that cannot be stored is undone in memory, and what follows is as it was', async () => {
  let broken = false;
  class Breaking extends MemoryStore {
    override async commit(changes: readonly Change[]): Promise<void> {
      if (broken) throw new Error('the disk is full');
      return super.commit(changes);
    }
  }
  const { populations } = await openRegistry({ store: new Breaking() });
  await populations.create({ id: 'p' });
  broken = true;
  const advance = { survivors: [], newcomers: [] };
  await assert.rejects(populations.advance('p', advance), /the disk is full/);
  broken = false;
  // What is stored is read anew within a few turns.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(populations.get('p').generation, 0);
  assert.equal((await populations.advance('p', advance)).population.generation, 1);
});

test('what was recorded before there were tenants is that of a node without authentication', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'petri-populations-'));
  const [first = ''] = POPULATIONS.migrations;
  const before = await openDatabase({ directory, components: [{ ...POPULATIONS, migrations: [first] }] });
  const row = (value: object) => JSON.stringify(value);
  const population = { id: 'p', generation: 2, direction: 'MAXIMISE', labels: {} };
  const birth = { id: 'a', parents: [], generation: 0, sequence: 1 };
  const pin = { id: 'a', reason: 'keep', pinnedAtMs: 1 };
  const [sql, two] = ['INSERT INTO', 'VALUES (?, ?)'];
  await before.write({
    statements: [
      { sql: `${sql} population ${two}`, params: ['p', row(population)] },
      { sql: `${sql} lineage_birth ${two}`, params: [1, row(birth)] },
      { sql: `${sql} sandbox_pin ${two}`, params: ['a', row(pin)] },
      { sql: `${sql} sandbox_orphan ${two}`, params: ['b', row({ id: 'b', orphanedAtMs: 1 })] },
    ],
  });
  await before.close();
  const after = await openDatabase({ directory, components: [POPULATIONS] });
  try {
    const tenant = 'anonymous';
    assert.deepEqual(await loaded(new SqlitePopulationStore(after)), [
      { table: 'birth', tenant, id: 'a', row: birth },
      { table: 'orphan', tenant, id: 'b', row: { id: 'b', orphanedAtMs: 1 } },
      { table: 'pin', tenant, id: 'a', row: pin },
      { table: 'population', id: 'p', row: { ...population, tenant } },
    ]);
  } finally {
    await after.close();
    await rm(directory, { recursive: true });
  }
});
