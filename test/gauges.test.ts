import { metricBy } from './support/metrics.ts';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { testNode } from './support/node.ts';

const SMALL = { workers: 1, spares: 0 };
const GAUGES = ['generation', 'members', 'diversity'].map((what) => `petri.population.${what}`);

suite('metrics of populations', () => {
  test('are those of the statistics, for each that is named, and totals for all', async () => {
    await using node = await testNode({ ...SMALL, namedPopulations: ['shown', 'least', 'missing'] });
    const { populations, fitness } = node.petri;
    for (const direction of ['MAXIMISE', 'MINIMISE'] as const) {
      const id = direction === 'MAXIMISE' ? 'shown' : 'least';
      const genomes = ['a', 'a', 'b', 'c'].map((digit) => digit.repeat(64));
      await populations.create({ id, direction });
      await populations.add(
        id,
        genomes.map((genomeSha256, n) => ({ id: `${id}-${n}`, genomeSha256 })),
      );
      await populations.advance(id, { survivors: genomes.map((_, n) => `${id}-${n}`) });
      await fitness.record(id, [
        { id: `${id}-0`, score: 1 },
        { id: `${id}-1`, score: -2 },
        { id: `${id}-2`, error: { reason: 'TIMEOUT', message: 'slow' } },
      ]);
    }
    await populations.create({ id: 'hidden' });
    await populations.add('hidden', ['h']);
    await fitness.record('hidden', [{ id: 'h', score: 1_000 }]);

    const [generation, members, diversity] = await Promise.all(
      GAUGES.map((name) => metricBy(name, 'petri.population')),
    );
    assert.deepEqual(generation, { shown: 1, least: 1, missing: NaN });
    assert.deepEqual(members, { shown: 4, least: 4, missing: 0 });
    const { diversity: told, scores } = await populations.statistics('shown');
    assert.deepEqual(diversity, { shown: told.ratio, least: told.ratio, missing: NaN });
    assert.equal(told.ratio, 0.75);
    const score = (population: string) =>
      metricBy('petri.population.score', 'petri.statistic', { 'petri.population': population });
    assert.deepEqual(await score('shown'), {
      best: scores?.max,
      worst: scores?.min,
      mean: scores?.mean,
      median: scores?.median,
    });
    assert.deepEqual(await score('least'), { best: -2, worst: 1, mean: -0.5, median: -0.5 });
    assert.deepEqual(await metricBy('petri.populations.members', 'petri.member.fitness'), {
      scored: 5,
      failed: 2,
      unevaluated: 2,
    });
  });

  test('end with the population', async () => {
    await using node = await testNode({ ...SMALL, namedPopulations: ['gone'] });
    const { populations, fitness } = node.petri;
    const told = async () => {
      const [generation, members] = await Promise.all(
        GAUGES.map((name) => metricBy(name, 'petri.population', { 'petri.population': 'gone' })),
      );
      const score = await metricBy('petri.population.score', 'petri.statistic', {
        'petri.population': 'gone',
      });
      return [generation?.['gone'], members?.['gone'], score['best']];
    };
    await populations.create({ id: 'gone' });
    assert.deepEqual(await told(), [0, 0, NaN]);
    await populations.add('gone', ['m']);
    await fitness.record('gone', [{ id: 'm', score: 3 }]);
    assert.deepEqual(await told(), [0, 1, 3]);
    await populations.advance('gone', { newcomers: [{ id: 'n' }] });
    assert.deepEqual(await told(), [1, 1, NaN]);
    await populations.delete('gone');
    assert.deepEqual(await told(), [NaN, 0, NaN]);
  });
});

test('sandboxes that are gone are counted no more', async () => {
  await using node = await testNode(SMALL);
  const running = async () => (await metricBy('petri.sandboxes', 'petri.status'))['running'];
  const box = await node.box('export const f = 1;');
  assert.equal(await running(), 1);
  await node.sandboxes.destroy(box.id);
  assert.equal(await running(), 0);
});
