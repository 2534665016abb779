import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { unavailable } from '@petri/core';
import type { Immigrant } from './immigrants.ts';
import { openRegistry, type Registry } from './registry.ts';
import { MemoryStore } from './store/memory-store.ts';
import type { Change } from './store/store.ts';

const HASH = 'a'.repeat(64);

const immigrant = (over: Partial<Immigrant> = {}): Immigrant => ({
  id: 'new',
  genomeSha256: HASH,
  birth: { parents: ['far::child'], mutationType: 'migration', island: 'far' },
  ancestry: [
    ancestor('far::child', 'far::mother', 'far::father'),
    ancestor('far::mother', 'further::origin'),
  ],
  fitness: { result: { score: 3 }, evaluatorSha256: 'e' },
  givesWay: undefined,
  ...over,
});

function ancestor(id: string, ...parents: string[]): Immigrant['ancestry'][number] {
  return { id, parents, mutationType: 'x', generation: 1, island: 'far', genomeSha256: '', bornAtMs: 5 };
}

async function populationOf(ids: readonly string[], store = new MemoryStore()): Promise<Registry> {
  const registry = await openRegistry({ store });
  await registry.populations.create({ id: 'p' });
  await registry.populations.addMembers(
    'p',
    ids.map((id) => ({ id })),
  );
  return registry;
}

const membersOf = ({ populations }: Registry) =>
  populations.listMembers('p', { pageSize: 100 }).members.map(({ id, fitness }) => [id, fitness?.score]);

/** Refuses, or acknowledges nothing, whenever it is told to. */
class FailingStore extends MemoryStore {
  fails = false;

  override commit(changes: readonly Change[]): Promise<void> {
    if (this.fails) return Promise.reject(unavailable('STORAGE_FAILED', 'the disk is full'));
    return super.commit(changes);
  }
}

suite('immigrants', () => {
  test('join with fitness and all that they come from, in the place of whoever gives way', async () => {
    const registry = await populationOf(['a', 'b']);
    await registry.immigrants.admit('p', immigrant({ givesWay: 'a' }));
    assert.deepEqual(membersOf(registry), [
      ['b', undefined],
      ['new', 3],
    ]);
    const { relatives } = registry.lineage.ancestors('new');
    assert.deepEqual(
      relatives.map(({ id, distance, birth }) => [id, distance, birth?.island]),
      [
        ['far::child', 1, 'far'],
        ['far::mother', 2, 'far'],
        ['far::father', 2, undefined],
        ['further::origin', 3, undefined],
      ],
    );
  });

  test('the same again changes nothing; another of the same descent adds what is new', async () => {
    const registry = await populationOf(['a', 'b']);
    await registry.immigrants.admit('p', immigrant());
    await registry.immigrants.admit('p', immigrant({ givesWay: 'b', fitness: { result: { score: 9 } } }));
    assert.deepEqual(membersOf(registry), [
      ['a', undefined],
      ['b', undefined],
      ['new', 3],
    ]);
    await registry.immigrants.admit('p', immigrant({ id: 'newer', ancestry: [ancestor('far::father')] }));
    const father = registry.lineage.ancestors('new').relatives.find(({ id }) => id === 'far::father');
    assert.equal(father?.birth?.island, 'far');
  });

  test('one that joined without fitness, as after a crash of an earlier version, gets it', async () => {
    const registry = await populationOf(['a', 'new']);
    await registry.immigrants.admit('p', immigrant({ givesWay: 'a' }));
    assert.deepEqual(membersOf(registry), [
      ['a', undefined],
      ['new', 3],
    ]);
  });

  test('nothing of it is there if the store refuses, and it is not said to be there before it is', async () => {
    const store = new FailingStore();
    const registry = await populationOf(['a'], store);
    store.fails = true;
    await assert.rejects(registry.immigrants.admit('p', immigrant({ givesWay: 'a' })), {
      code: 'unavailable',
    });
    await assert.rejects(registry.immigrants.admit('p', immigrant({ givesWay: 'a' })), {
      code: 'unavailable',
    });
    store.fails = false;
    const again = await openRegistry({ store });
    assert.deepEqual(membersOf(again), [['a', undefined]]);
    assert.equal(again.lineage.find('new'), undefined);
    await again.immigrants.admit('p', immigrant({ givesWay: 'a' }));
    assert.deepEqual(membersOf(again), [['new', 3]]);
  });

  test('what cannot be recorded is refused whole, naming everything', async () => {
    const registry = await populationOf(['a']);
    const bad = immigrant({
      ancestry: [ancestor('far::child', '!'), ancestor('')],
      fitness: { result: { score: Number.NaN } },
    });
    await assert.rejects(registry.immigrants.admit('p', bad), {
      code: 'invalid_argument',
      message: /ancestry\[0\].parents\[0\].*ancestry\[1\].id.*fitness.score/s,
    });
    const circle = immigrant({ ancestry: [ancestor('far::child', 'new')] });
    await assert.rejects(registry.immigrants.admit('p', circle), { reason: 'LINEAGE_CYCLE' });
    assert.deepEqual(membersOf(registry), [['a', undefined]]);
  });
});
