import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constant } from '../gp/tree.ts';
import { Stagnation } from './stagnation.ts';

const scoring = (score: number) =>
  ({
    tree: constant(0),
    descent: [],
    source: '',
    size: 1,
    outcome: 'COMPLETED',
    score,
    components: {},
  }) as const;

test('steps forward keep a search going, polishing does not', () => {
  const stagnation = new Stagnation(2);
  for (const error of [1, 0.5, 0.4, 0.3, 0.2])
    assert.equal(stagnation.isStuck(scoring(1 / (1 + error))), false);
  assert.equal(stagnation.isStuck(scoring(1 / 1.199)), false);
  assert.equal(stagnation.isStuck(scoring(1 / 1.198)), true);
  assert.equal(stagnation.restarts, 1);
});

test('after starting over, progress is measured from the new start', () => {
  const stagnation = new Stagnation(1);
  stagnation.isStuck(scoring(0.9));
  assert.equal(stagnation.isStuck(scoring(0.9)), true);
  assert.equal(stagnation.isStuck(scoring(0.1)), false);
  assert.equal(stagnation.isStuck(scoring(0.2)), false);
});

test('a population of failures is stuck too', () => {
  const stagnation = new Stagnation(1);
  stagnation.isStuck(scoring(0));
  assert.equal(stagnation.isStuck(scoring(0)), true);
});
