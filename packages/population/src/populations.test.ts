import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { openRegistry, type Registry } from './registry.ts';

async function snapshot({ populations, fitness }: Registry) {
  const { members } = populations.listMembers('p', { pageSize: 1000 });
  return { population: populations.get('p'), members, ranked: fitness.rank('p', {}).ranked };
}

async function populationOf(ids: readonly string[]): Promise<Registry> {
  const registry = await openRegistry();
  await registry.populations.create({ id: 'p' });
  await registry.populations.addMembers(
    'p',
    ids.map((id) => ({ id })),
  );
  return registry;
}

suite('advancing a generation', () => {
  test('happens wholly or not at all, whatever survivors and newcomers are', async () => {
    const id = fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', '!');
    const parents = fc.uniqueArray(fc.constantFrom('a', 'b', 'x', 'n'), { maxLength: 2 });
    const newcomer = fc.record({ id, parents });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 }),
        fc.array(id, { maxLength: 4 }),
        fc.array(newcomer, { maxLength: 3 }),
        fc.integer({ min: 0, max: 1 }),
        async (start, survivors, joining, expectedGeneration) => {
          const registry = await populationOf(start);
          await registry.fitness.record(
            'p',
            start.map((each, at) => ({ id: each, result: { score: at } })),
          );
          const before = await snapshot(registry);
          const newcomers = joining.map((each) => ({ id: each.id, birth: { parents: each.parents } }));
          const born = registry.lineage.size;
          try {
            const advance = { survivors, newcomers, expectedGeneration };
            const { population, left } = await registry.populations.advance('p', advance);
            assert.equal(population.generation, 1);
            assert.equal(expectedGeneration, 0);
            const after = await snapshot(registry);
            const expected = [...survivors, ...joining.map((each) => each.id)].sort();
            assert.deepEqual(
              after.members.map((member) => member.id),
              expected,
            );
            assert.deepEqual(left, start.filter((each) => !survivors.includes(each)).sort());
            // Survivors keep their fitness and their order, and nobody else has any.
            assert.deepEqual(
              after.ranked.map(({ fitness }) => fitness),
              before.ranked.map(({ fitness }) => fitness).filter((each) => survivors.includes(each.id)),
            );
            assert.equal(registry.lineage.size, born + joining.length);
          } catch (thrown) {
            if ((thrown as Error).name !== 'PetriError') throw thrown;
            assert.deepEqual(await snapshot(registry), before);
            assert.equal(registry.lineage.size, born);
          }
        },
      ),
    );
  });

  test('of several at once, one succeeds and the others are told', async () => {
    const { populations } = await populationOf(['a', 'b']);
    const advance = { survivors: ['a'], newcomers: [], expectedGeneration: 0 };
    const results = await Promise.allSettled([1, 2, 3].map(() => populations.advance('p', advance)));
    assert.deepEqual(
      results.map((result) =>
        result.status === 'fulfilled' ? 'advanced' : (result.reason as { reason: string }).reason,
      ),
      ['advanced', 'GENERATION_STALE', 'GENERATION_STALE'],
    );
    assert.equal(populations.get('p').generation, 1);
  });
});

suite('fitness', () => {
  test('NaN and infinities are refused, all of them named, and nothing is recorded', async () => {
    const { fitness } = await populationOf(['a', 'b', 'c']);
    const entries = [
      { id: 'a', result: { score: NaN } },
      { id: 'b', result: { score: 1 }, components: { part: Infinity } },
      { id: 'c', result: { score: -Infinity }, tests: [{ name: 't', passed: true, score: NaN }] },
    ];
    await assert.rejects(fitness.record('p', entries), (error: { violations: { field: string }[] }) => {
      assert.deepEqual(
        error.violations.map(({ field }) => field),
        [
          'entries[0].score',
          'entries[1].components["part"]',
          'entries[2].score',
          'entries[2].tests[0].score',
        ],
      );
      return true;
    });
    assert.deepEqual(fitness.get('p', ['a', 'b', 'c']), [undefined, undefined, undefined]);
  });

  test('a failure is a failure: it has no score, does not rank and cannot be adjusted', async () => {
    const { fitness, populations } = await populationOf(['a', 'b', 'c']);
    const error = { reason: 'TIMEOUT', message: 'too late' };
    await fitness.record('p', [
      { id: 'a', result: { error } },
      { id: 'b', result: { score: 0 } },
    ]);
    assert.deepEqual(
      fitness.rank('p', {}).ranked.map(({ rank, fitness: { id, score } }) => [rank, id, score]),
      [[1, 'b', 0]],
    );
    const { scored, failed, unevaluated, summary } = populations.statistics('p');
    assert.deepEqual([scored, failed, unevaluated, summary?.mean], [1, 1, 1, 0]);
    await assert.rejects(fitness.adjust('p', [{ id: 'a', delta: 1, reason: 'r' }]), { reason: 'NO_SCORE' });
    await assert.rejects(fitness.adjust('p', [{ id: 'c', delta: 1, reason: 'r' }]), { reason: 'NO_SCORE' });
  });

  test('an adjustment may not make a score infinite, and its place among equals stays', async () => {
    const { fitness } = await populationOf(['a', 'b']);
    await fitness.record('p', [
      { id: 'b', result: { score: 1 } },
      { id: 'a', result: { score: 2 } },
    ]);
    await assert.rejects(fitness.adjust('p', [{ id: 'a', delta: Infinity, reason: 'r' }]), {
      code: 'invalid_argument',
    });
    const [adjusted] = await fitness.adjust('p', [{ id: 'a', delta: -1, reason: 'anomaly' }]);
    assert.equal(adjusted?.score, 1);
    assert.deepEqual(
      adjusted?.adjustments.map(({ delta, reason }) => [delta, reason]),
      [[-1, 'anomaly']],
    );
    assert.deepEqual(
      fitness.top('p', 2).ranked.map((each) => each.fitness.id),
      ['b', 'a'],
    );
  });

  test('a result of an older generation does not replace that of a newer one', async () => {
    const { fitness, populations } = await populationOf(['a']);
    await populations.advance('p', { survivors: ['a'], newcomers: [] });
    await fitness.record('p', [{ id: 'a', result: { score: 1 } }]);
    const late = { id: 'a', result: { score: 9 }, generation: 0 };
    await assert.rejects(fitness.record('p', [late]), { reason: 'FITNESS_STALE' });
    await assert.rejects(fitness.record('p', [{ ...late, generation: 2 }]), { code: 'invalid_argument' });
    assert.equal(fitness.get('p', ['a'])[0]?.score, 1);
  });

  test('pages of a ranking neither repeat nor hide anything while others change', async () => {
    const ids = Array.from({ length: 25 }, (_, n) => `s${n}`);
    const { fitness } = await populationOf(ids);
    await fitness.record(
      'p',
      ids.map((id, n) => ({ id, result: { score: n % 5 } })),
    );
    const whole = fitness.rank('p', { pageSize: 100 }).ranked.map((each) => each.fitness.id);
    const seen: string[] = [];
    for (let pageToken: string | undefined; pageToken !== '';) {
      const page = fitness.rank('p', { pageSize: 7, ...(pageToken ? { pageToken } : {}) });
      seen.push(...page.ranked.map((each) => each.fitness.id));
      pageToken = page.nextPageToken;
      // The last one seen changes its score.
      await fitness.record('p', [{ id: seen.at(-1)!, result: { score: 100 } }]);
    }
    assert.deepEqual(seen, whole);
    assert.throws(() => fitness.rank('p', { pageToken: 'x' }), { code: 'invalid_argument' });
  });
});
