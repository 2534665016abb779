import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { openRegistry, type Registry } from '../registry.ts';
import { MemoryStore } from '../store/memory-store.ts';

const NONE = new Set<string>();
const name = (n: number) => `i${n}`;

/** Of some individuals: parents among earlier ones, and scores of which many are equal, in the order of recording. */
const population = fc.integer({ min: 1, max: 10 }).chain((size) =>
  fc.record({
    parents: fc.tuple(
      ...Array.from({ length: size }, (_, child) =>
        fc.uniqueArray(fc.nat({ max: Math.max(0, child - 1) }), { maxLength: child === 0 ? 0 : 3 }),
      ),
    ),
    members: fc.uniqueArray(fc.nat({ max: size - 1 })),
    scores: fc.array(fc.tuple(fc.nat({ max: size - 1 }), fc.constantFrom(-1, 0, 0.5))),
  }),
);

type Spec = {
  parents: readonly (readonly number[])[];
  members: readonly number[];
  scores: readonly (readonly [n: number, score: number])[];
};

async function recorded({ parents, members, scores }: Spec): Promise<Registry> {
  const registry = await openRegistry();
  await registry.populations.create({ id: 'p' });
  await registry.lineage.record(parents.map((each, n) => ({ id: name(n), parents: each.map(name) })));
  await registry.populations.addMembers(
    'p',
    members.map((n) => ({ id: name(n) })),
  );
  for (const [n, score] of scores)
    if (members.includes(n)) await registry.fitness.record('p', [{ id: name(n), result: { score } }]);
  return registry;
}

async function restored(target: Registry, source: Registry, id = 'p') {
  const restoration = await target.checkpoints.begin(source.checkpoints.take('p'), { id, sandboxes: NONE });
  return restoration.commit();
}

suite('a checkpoint of what is recorded', () => {
  test('restores ranks, depths and common ancestors, beside whatever was recorded before', async () => {
    await fc.assert(
      fc.asyncProperty(population, population, async (spec, other) => {
        const source = await recorded(spec);
        const target = await openRegistry();
        await target.populations.create({ id: 'other' });
        await target.populations.addMembers(
          'other',
          other.members.map((n) => ({ id: `o${n}`, birth: { parents: [] } })),
        );
        for (const n of other.members)
          await target.fitness.record('other', [{ id: `o${n}`, result: { score: 0 } }]);
        await restored(target, source);
        const ranks = ({ fitness }: Registry) =>
          fitness.rank('p', {}).ranked.map(({ rank, fitness: each }) => [rank, each.id, each.score]);
        assert.deepEqual(ranks(target), ranks(source));
        const ids = spec.members.map(name);
        for (const id of ids) {
          assert.equal(target.lineage.get(id).depth, source.lineage.get(id).depth);
          const above = ({ lineage }: Registry) =>
            lineage.ancestors(id).relatives.map((each) => [each.id, each.distance, each.depth]);
          assert.deepEqual(above(target), above(source));
        }
        if (ids.length === 0) return;
        const common = async ({ lineage }: Registry) => (await lineage.commonAncestor(ids))?.ancestor.id;
        assert.equal(await common(target), await common(source));
      }),
      { numRuns: 50 },
    );
  });

  test('holds the ancestors of its individuals, and nobody else', async () => {
    const source = await openRegistry();
    await source.populations.create({ id: 'p' });
    const births = { a: [], b: ['a'], c: ['a'], d: ['b'], e: ['c', 'far'], f: [] };
    await source.lineage.record(
      Object.entries(births).map(([id, parents]) => ({ id, parents })),
      { allowForeignParents: true },
    );
    await source.populations.addMembers('p', [{ id: 'e' }, { id: 'new' }]);
    const { births: kept } = source.checkpoints.take('p');
    assert.deepEqual(
      kept.map(({ id }) => id),
      ['a', 'c', 'e'],
    );
  });

  test('takes the id of its population from its beginning to its end', async () => {
    const source = await recorded({ parents: [[]], members: [0], scores: [] });
    const target = await openRegistry();
    const checkpoint = source.checkpoints.take('p');
    const begin = () => target.checkpoints.begin(checkpoint, { id: 'q', sandboxes: NONE });
    const restoration = await begin();
    await assert.rejects(target.populations.create({ id: 'q' }), { code: 'already_exists' });
    await assert.rejects(begin(), { reason: 'CHECKPOINT_CONFLICTS' });
    assert.throws(() => target.populations.get('q'), { code: 'not_found' });
    await restoration.abandon();
    await (await begin()).commit();
    assert.equal(target.populations.get('q').size, 1);
    assert.deepEqual(target.unfinishedRestores(), []);
  });

  test('is not restored over a birth that was recorded meanwhile', async () => {
    const source = await recorded({ parents: [[]], members: [0], scores: [] });
    const target = await openRegistry();
    const restoration = await target.checkpoints.begin(source.checkpoints.take('p'), {
      id: 'p',
      sandboxes: NONE,
    });
    await target.lineage.record([{ id: name(0), mutationType: 'other' }]);
    await assert.rejects(restoration.commit(), { reason: 'CHECKPOINT_CONFLICTS' });
    assert.throws(() => target.populations.get('p'), { code: 'not_found' });
  });

  test('that is not finished is known to whoever opens the store again', async () => {
    const source = await recorded({ parents: [[]], members: [0], scores: [] });
    const store = new MemoryStore();
    const { checkpoints } = await openRegistry({ store });
    const { token } = await checkpoints.begin(source.checkpoints.take('p'), { id: 'p', sandboxes: NONE });
    const again = await openRegistry({ store });
    const [left] = again.unfinishedRestores();
    assert.deepEqual(left, { id: 'p', token });
    await again.abandonRestore(left);
    assert.deepEqual(again.unfinishedRestores(), []);
    await restored(again, source);
  });

  test('makes nothing garbage that is there: its former members are not those', async () => {
    const present = { tenantOf: (id: string) => (id === 'gone' ? '' : undefined), genomeOf: () => undefined };
    const source = await openRegistry({ sandboxes: { tenantOf: () => '', genomeOf: () => undefined } });
    await source.populations.create({ id: 'p' });
    await source.populations.addMembers('p', [{ id: 'gone' }, { id: 'left' }]);
    await source.populations.removeMembers('p', ['gone', 'left']);
    assert.equal(source.checkpoints.take('p').former.length, 2);
    assert.equal((await restored(await openRegistry({ sandboxes: present }), source)).former, 1);
  });

  test('that makes no sense is refused with all that is wrong', async () => {
    const source = await recorded({ parents: [[]], members: [0], scores: [[0, 1]] });
    const sound = source.checkpoints.take('p');
    const [member] = sound.members;
    const wrong = {
      ...sound,
      members: [
        { ...member!, generation: 3, fitness: { ...member!.fitness!, score: NaN, error: undefined } },
      ],
      former: [{ ...member!, id: 'z', leftGeneration: 4 }],
      pins: [{ id: 'stranger', reason: 'x'.repeat(257), pinnedAtMs: 1 }],
    };
    const target = await openRegistry();
    await assert.rejects(
      target.checkpoints.begin(wrong, { id: 'p', sandboxes: NONE }),
      ({ violations }: { violations: { field: string }[] }) => {
        assert.deepEqual(
          violations.map(({ field }) => field),
          [
            'members[0].generation',
            'members[0].fitness.score',
            'former_members[0].left_generation',
            'pins[0].id',
            'pins[0].reason',
          ],
        );
        return true;
      },
    );
    assert.deepEqual(target.unfinishedRestores(), []);
  });
});
