import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitness, scoreLocally } from './local.ts';
import { REGRESSION_PROGRAM } from './program.ts';

const rows = [[1], [2], [3], [4]];
const targets = [2, 4, 6, 8];
const absolute = { rows, targets, error: 'absolute', scaling: 'none' };
const predicting = (values: readonly unknown[]) => () => values as number[];

function near(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
}

test('an exact fit scores 1', async () => {
  const { score, components } = await scoreLocally(predicting(targets), absolute);
  assert.equal(score, 1);
  assert.deepEqual(components, {
    error: 0,
    maxAbsoluteError: 0,
    maxRelativeError: 0,
    r2: 1,
    slope: 1,
    intercept: 0,
  });
});

test('predicting the mean scores one half and explains nothing', async () => {
  const { score, components } = await scoreLocally(predicting([5, 5, 5, 5]), absolute);
  near(score, 0.5);
  near(components['r2'], 0);
  near(components['error'], 1);
  near(components['maxAbsoluteError'], 3);
});

test('relative error weighs every target by its own magnitude', async () => {
  const { score, components } = await scoreLocally(predicting([2.2, 4.4, 6.6, 8.8]), {
    ...absolute,
    error: 'relative',
  });
  near(components['error'], 0.1);
  near(components['maxRelativeError'], 0.1);
  near(score, 1 / 1.1);
});

test('a relative error of a target of zero is not asked for', async () => {
  const { components } = await scoreLocally(predicting([1, 2]), {
    ...absolute,
    rows: [[0], [1]],
    targets: [0, 1],
  });
  assert.ok(!('maxRelativeError' in components));
});

test('linear scaling judges the shape and reports the line', async () => {
  const { score, components } = await scoreLocally(predicting([1, 4, 9, 16]), {
    rows,
    targets: [5, 11, 21, 35],
    error: 'absolute',
    scaling: 'linear',
  });
  near(score, 1);
  near(components['slope'], 2);
  near(components['intercept'], 3);
});

test('proportional scaling finds the coefficient alone', async () => {
  const { score, components } = await scoreLocally(predicting([1, 2, 3, 4]), {
    ...absolute,
    scaling: 'proportional',
  });
  near(score, 1);
  near(components['slope'], 2);
  near(components['intercept'], 0);
});

test('a flat prediction is scaled to the mean, not divided by nothing', async () => {
  const { score, components } = await scoreLocally(predicting([7, 7, 7, 7]), {
    ...absolute,
    scaling: 'linear',
  });
  near(score, 0.5);
  near(components['slope'], 0);
  near(components['intercept'], 5);
});

for (const [what, answer] of Object.entries({
  'null, as JSON has no NaN': [2, null, 6, 8],
  text: [2, '4', 6, 8],
  'too few predictions': [2, 4],
  'an object with a length': { length: 4, score: 1 },
  nothing: undefined,
})) {
  test(`a candidate that answers ${what} scores 0`, async () => {
    const { score } = await fitness({ call: async () => answer }, { data: absolute });
    assert.equal(score, 0);
  });
}

test('predictions whose error overflows score 0', async () => {
  const { score } = await scoreLocally(predicting([1e300, 1e300, 1e300, 1e300]), absolute);
  assert.equal(score, 0);
});

test('targets that do not vary still give a number', async () => {
  const { score, components } = await scoreLocally(predicting([1, 1]), {
    ...absolute,
    rows: [[0], [1]],
    targets: [2, 2],
  });
  near(score, 0.5);
  assert.ok(Object.values(components).every(Number.isFinite));
});

test("the candidate's failure is not caught: it is the node's to judge", async () => {
  const call = async (): Promise<never> => {
    throw new Error('timeout');
  };
  await assert.rejects(fitness({ call }, { data: absolute }), /timeout/);
});

test('the program is one module with a default export and no imports', () => {
  assert.match(REGRESSION_PROGRAM, /^export default async function fitness\(candidate, context\)/m);
  assert.doesNotMatch(REGRESSION_PROGRAM, /\bimport\b/);
});
