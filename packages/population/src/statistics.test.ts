import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { summarise } from './statistics.ts';

// Shrinking many doubles takes longer than anybody waits.
const NO_SHRINKING = { endOnFailure: true };

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const ascending = (scores: readonly number[]) => scores.toSorted((a, b) => a - b);
const near = (actual: number, expected: number, scale: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, scale), `${actual} is not ${expected}`);

suite('statistics', () => {
  test('agree with the textbook', () => {
    const summary = summarise([2, 4, 4, 4, 5, 5, 7, 9], [0, 0.25, 0.9, 1], 2);
    assert.deepEqual(summary, {
      min: 2,
      max: 9,
      mean: 5,
      median: 4.5,
      standardDeviation: summary.standardDeviation,
      quantiles: [
        { probability: 0, value: 2 },
        { probability: 0.25, value: 4 },
        { probability: 0.9, value: summary.quantiles[2]!.value },
        { probability: 1, value: 9 },
      ],
      histogram: [
        { from: 2, to: 5.5, count: 6 },
        { from: 5.5, to: 9, count: 2 },
      ],
    });
    near(summary.standardDeviation, 2, 1);
    near(summary.quantiles[2]!.value, 7.6, 1);
  });

  test('equal the naive computation', () => {
    const modest = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(modest, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 30 }),
        (scores, n) => {
          const sorted = ascending(scores);
          const { mean, median, standardDeviation, histogram } = summarise(sorted, [], n);
          const naive = scores.reduce((sum, score) => sum + score, 0) / scores.length;
          const variance = scores.reduce((sum, score) => sum + (score - naive) ** 2, 0) / scores.length;
          near(mean, naive, 1e6);
          near(standardDeviation ** 2, variance, 1e12);
          const half = (sorted.length - 1) / 2;
          near(median, (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2, 1e6);
          for (const [at, { from, to, count }] of histogram.entries()) {
            const last = at === histogram.length - 1;
            assert.equal(
              scores.filter((score) => score >= from && (last ? score <= to : score < to)).length,
              count,
            );
          }
          assert.equal(
            histogram.reduce((sum, { count }) => sum + count, 0),
            scores.length,
          );
        },
      ),
      NO_SHRINKING,
    );
  });

  test('stay finite and in order for any finite scores', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 50 }), (scores) => {
        const { min, max, mean, median, standardDeviation, quantiles, histogram } = summarise(
          ascending(scores),
          [0.1, 0.5, 0.9],
          10,
        );
        const values = quantiles.map(({ value }) => value);
        for (const value of [mean, median, ...values, ...histogram.flatMap(({ from, to }) => [from, to])])
          assert.ok(value >= min && value <= max, `${value} is not in [${min}, ${max}]`);
        assert.ok(Number.isFinite(standardDeviation) && standardDeviation >= 0);
        assert.deepEqual(values, ascending(values));
        assert.equal(
          histogram.reduce((sum, { count }) => sum + count, 0),
          scores.length,
        );
      }),
      NO_SHRINKING,
    );
  });
});
