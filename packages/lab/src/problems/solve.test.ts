import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TrustedEvaluator } from '../../test/trusted-evaluator.ts';
import { fileProblem } from './file.ts';
import { kepler } from './kepler.ts';
import type { Problem } from './problem.ts';
import { quadratic } from './quadratic.ts';
import { solve } from './solve.ts';
import type { Solution } from './solve.ts';

const signal = new AbortController().signal;
const found = (problem: Problem, seed = '1'): Promise<Solution> =>
  solve({ problem, evaluator: new TrustedEvaluator(), seed, signal, onGeneration: () => {} });

async function withFile<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'petri-lab-'));
  try {
    const path = join(directory, 'my.csv');
    await writeFile(path, text);
    return await use(path);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('the quadratic is found exactly', async () => {
  const { formula, verdict, predictions } = await found(quadratic());
  assert.equal(formula, 'x * x + 2 * x - 1');
  assert.ok(verdict.reached);
  assert.ok(predictions.length >= 100);
  assert.ok(predictions.every(({ actual, predicted }) => Math.abs(actual - predicted) <= 1e-9));
});

test("Kepler's third law is found from five planets and holds for four others", async () => {
  const { verdict, predictions, problem } = await found(await kepler());
  assert.equal(problem.training.rows.length, 5);
  assert.deepEqual(
    predictions.map(({ label }) => label),
    ['Earth', 'Saturn', 'Uranus', 'Pluto'],
  );
  assert.ok(verdict.reached);
  assert.ok(predictions.every(({ actual, predicted }) => Math.abs(predicted / actual - 1) < 0.01));
});

test('the same seed finds the same program', async () => {
  const [first, second] = [await found(quadratic(), '7'), await found(quadratic(), '7')];
  assert.equal(first.source, second.source);
  assert.equal(first.evolution.last.evaluations, second.evolution.last.evaluations);
});

test("the planets' periods were not computed from their axes", async () => {
  const { training, heldOut } = await kepler();
  const rows = [...training.rows, ...heldOut.rows].flat();
  const periods = [...training.targets, ...heldOut.targets];
  const departures = periods.map((period, index) =>
    Math.abs(period / (365.256 * (rows[index] ?? 0) ** 1.5) - 1),
  );
  assert.ok(departures.some((departure) => departure > 1e-4));
  assert.ok(departures.every((departure) => departure < 1e-3));
});

test("a user's file is fitted, its rows held out by seed, its units worked into the genome", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => [`row ${i}`, i / 4, (i * 7) % 5, 3 + 2.5 * (i / 4) ** 2]);
  const text = ['id,speed (m/s),gear,power', ...rows.map((row) => row.join(','))].join('\n');
  await withFile(text, async (path) => {
    const options = { path, target: 'power', minR2: 0.99, seed: '1' };
    const problem = await fileProblem(options);
    assert.equal(problem.training.rows.length, 30);
    assert.equal(problem.heldOut.rows.length, 10);
    assert.deepEqual(problem.grammar.variables, ['speed_m_s', 'gear']);
    assert.deepEqual(problem.variables, ['speed (m/s)', 'gear']);
    assert.match(problem.notes.join('\n'), /left out, as they hold no numbers: id/);
    assert.deepEqual((await fileProblem(options)).heldOut, problem.heldOut);
    assert.notDeepEqual((await fileProblem({ ...options, seed: '2' })).heldOut, problem.heldOut);
    const all = [...(problem.training.labels ?? []), ...(problem.heldOut.labels ?? [])];
    assert.equal(new Set(all).size, 40);

    const { verdict, formula } = await found(problem);
    assert.ok(verdict.reached);
    assert.equal(formula, '2.5 * (speed_m_s * speed_m_s) + 3');
  });
});

test('noise is not fitted: the verdict says so', async () => {
  const rows = Array.from({ length: 24 }, (_, i) => `${i},${((i + 3) * 7919) % 101}`);
  await withFile(`x,y\n${rows.join('\n')}\n`, async (path) => {
    const problem = await fileProblem({
      path,
      target: 'y',
      minR2: 0.9,
      seed: '1',
      settings: { generations: 5, population: 50 },
    });
    const { verdict, evolution } = await found(problem);
    assert.equal(evolution.stop, 'GENERATIONS');
    assert.equal(verdict.reached, false);
    assert.match(verdict.text, /R² on 6 held-out rows .* \(at least 0\.9\)/);
  });
});
