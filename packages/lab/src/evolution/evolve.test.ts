import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrustedEvaluator } from '../../test/trusted-evaluator.ts';
import { withinLimits } from '../gp/vary.ts';
import { fitnessData } from '../problems/problem.ts';
import { quadratic } from '../problems/quadratic.ts';
import { nextGeneration } from './breeding.ts';
import { EvaluatorUnavailable } from './evaluator.ts';
import type { Evaluator } from './evaluator.ts';
import { evolve } from './evolve.ts';
import type { Evolution, EvolveOptions, GenerationReport } from './evolve.ts';
import { Rng } from './rng.ts';

const { grammar, settings, goal, training, ...rest } = quadratic({ population: 120, generations: 40 });
const data = fitnessData({ grammar, settings, goal, training, ...rest }, training, 'none');
const base = { grammar, settings, data, goal, now: () => 0 };

async function run(
  options: Partial<EvolveOptions>,
): Promise<{ reports: GenerationReport[]; end: Evolution }> {
  const search = evolve({ ...base, evaluator: new TrustedEvaluator(), seed: '1', ...options });
  const reports: GenerationReport[] = [];
  for (;;) {
    const step = await search.next();
    if (step.done) return { reports, end: step.value };
    reports.push(step.value);
  }
}

/** The same answers, shuffled, with the connection lost in the middle of every third asking. */
function erratic(): Evaluator {
  const inner = new TrustedEvaluator();
  let askings = 0;
  return {
    async *evaluate(candidates, given, signal) {
      const lost = ++askings % 3 === 0 ? Math.floor(candidates.length / 2) : candidates.length;
      const shuffled = Rng.of('order', askings).shuffled(candidates);
      yield* inner.evaluate(shuffled.slice(0, lost), given, signal);
      if (lost < candidates.length) throw new EvaluatorUnavailable('lost');
    },
  };
}

test('evolution reaches the goal and stops there', async () => {
  const { reports, end } = await run({});
  assert.equal(end.stop, 'GOAL');
  assert.equal(end.last, reports.at(-1));
  assert.ok(end.last.best.score >= goal);
  assert.ok(reports.slice(0, -1).every(({ best }) => best.score < goal));
});

test('the same seed gives the same search, whatever the order of answers and the failures in between', async () => {
  const first = await run({});
  const retry = { attempts: 2, wait: async () => {} };
  const second = await run({ evaluator: erratic(), retry });
  assert.deepEqual(second.reports, first.reports);
  const other = await run({ seed: '2' });
  assert.notEqual(other.reports[0]?.mean, first.reports[0]?.mean);
});

test('no source is evaluated twice', async () => {
  const evaluator = new TrustedEvaluator();
  const { end } = await run({ evaluator, seed: '3' });
  assert.equal(new Set(evaluator.asked).size, evaluator.asked.length);
  assert.equal(end.last.evaluations, evaluator.asked.length);
  assert.equal(end.last.evaluations + end.last.cached, settings.population * (end.last.generation + 1));
});

test('the best never gets worse', async () => {
  const { reports } = await run({ goal: 2, settings: { ...settings, generations: 15, patience: 3 } });
  assert.equal(reports.length, 15);
  assert.ok((reports.at(-1)?.restarts ?? 0) > 0);
  reports
    .slice(1)
    .forEach(({ best }, index) => assert.ok(best.score >= (reports[index]?.best.score ?? 1) - 1e-9));
});

test('every individual of every generation keeps to the limits', async () => {
  const { grammar: variables } = base;
  const parents = (await run({ goal: 2, settings: { ...settings, generations: 3 } })).end.last.best;
  let population = Array.from({ length: settings.population }, () => parents);
  for (let generation = 1; generation < 10; generation++) {
    const trees = nextGeneration(population, variables, settings, '1', generation).map(({ tree }) => tree);
    assert.equal(trees.length, settings.population);
    assert.ok(trees.every((tree) => withinLimits(tree, settings.limits)));
    population = trees.map((tree, index) => ({
      ...parents,
      tree,
      source: String(index),
      size: 1,
      score: index / 1000,
    }));
  }
});

test('an aborted search ends with what it has', async () => {
  const controller = new AbortController();
  const search = evolve({
    ...base,
    goal: 2,
    evaluator: new TrustedEvaluator(),
    seed: '1',
    signal: controller.signal,
  });
  const first = await search.next();
  controller.abort();
  const second = await search.next();
  assert.ok(first.done === false && second.done === true);
  assert.deepEqual(second.value, { stop: 'ABORTED', last: first.value });
});

test('a search aborted before its first generation has nothing to show', async () => {
  await assert.rejects(run({ signal: AbortSignal.abort(new Error('never mind')) }), /never mind/);
});

test('a candidate that fails scores 0, with its outcome counted', async () => {
  const evaluator: Evaluator = {
    async *evaluate(candidates) {
      for (const { id } of candidates) yield { id, outcome: 'TIMEOUT', components: {}, wallMs: 100 };
    },
  };
  const { end } = await run({ evaluator, settings: { ...settings, generations: 2 } });
  assert.equal(end.stop, 'GENERATIONS');
  assert.equal(end.last.best.score, 0);
  assert.equal(end.last.outcomes.TIMEOUT, end.last.evaluations);
});

test('who comes from elsewhere takes part, and whoever is recorded is an ancestor', async () => {
  const solved = (await run({})).end.last.best;
  let exchanges = 0;
  const { end } = await run({
    seed: '2',
    exchange: async (population) => {
      assert.equal(population.length, settings.population);
      const newcomers = ++exchanges === 1 ? [{ tree: solved.tree, descent: ['there'] }] : [];
      return {
        recorded: new Map(population.map(({ source }, index) => [source, `own-${index}`])),
        newcomers,
      };
    },
  });
  assert.deepEqual([end.stop, end.last.generation, exchanges], ['GOAL', 1, 1]);
  assert.deepEqual([end.last.best.source, end.last.best.descent], [solved.source, ['there']]);
  const alone = await run({ seed: '2' });
  assert.ok(alone.end.last.generation > 1, 'it would not have come so far by itself');
});

test('a child descends from its recorded parents', async () => {
  const seen: (readonly string[])[] = [];
  await run({
    settings: { ...settings, generations: 3 },
    exchange: async (population) => {
      seen.push(...population.map(({ descent }) => descent));
      return {
        recorded: new Map(population.map(({ source }, index) => [source, `own-${index}`])),
        newcomers: [],
      };
    },
  });
  assert.ok(seen.slice(0, settings.population).every((descent) => descent.length === 0));
  const children = seen.slice(settings.population);
  assert.ok(
    children.some((descent) => descent.length === 2),
    'crossover has two parents',
  );
  assert.ok(children.every((descent) => descent.length <= 8));
});
