import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constant } from '../gp/tree.ts';
import { compare } from './individual.ts';
import type { Individual } from './individual.ts';
import { Rng } from './rng.ts';
import { elite, tournament } from './selection.ts';

const individual = (score: number, size: number, source = `${score}/${size}`): Individual => ({
  tree: constant(0),
  descent: [],
  source,
  size,
  outcome: 'COMPLETED',
  score,
  components: {},
});

test('the higher score wins, and of equal scores the smaller program', () => {
  const population = [individual(0.5, 3), individual(0.9, 9), individual(0.9, 4), individual(0.1, 1)];
  assert.deepEqual(
    population.toSorted(compare).map(({ source }) => source),
    ['0.9/4', '0.9/9', '0.5/3', '0.1/1'],
  );
});

test('a difference below what anybody could see is no difference', () => {
  assert.ok(compare(individual(0.9, 4), individual(0.9 + 1e-12, 9)) < 0);
  assert.ok(compare(individual(0.9, 4), individual(0.9 + 1e-6, 9)) > 0);
});

test('a tournament of enough rounds finds the best, and of one round does not look', () => {
  const population = Array.from({ length: 10 }, (_, index) => individual(index / 10, 5));
  assert.equal(tournament(population, 200, Rng.of(1)).score, 0.9);
  const picked = new Set(
    Array.from({ length: 200 }, (_, index) => tournament(population, 1, Rng.of(index)).score),
  );
  assert.equal(picked.size, 10);
});

test('the elite is the best few, no program twice', () => {
  const population = [
    individual(0.9, 4, 'a'),
    individual(0.9, 4, 'a'),
    individual(0.5, 3, 'b'),
    individual(0.1, 1, 'c'),
  ];
  assert.deepEqual(
    elite(population, 2).map(({ source }) => source),
    ['a', 'b'],
  );
  assert.equal(elite(population, 10).length, 3);
});
