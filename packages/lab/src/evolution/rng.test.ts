import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from './rng.ts';

const draw = (rng: Rng, count: number): number[] => Array.from({ length: count }, () => rng.next());

test('a stream depends on its seed and its name, and on nothing else', () => {
  assert.deepEqual(draw(Rng.of(1, 'a', 2), 50), draw(Rng.of('1', 'a', 2), 50));
  const others = [Rng.of(2, 'a', 2), Rng.of(1, 'b', 2), Rng.of(1, 'a', 3), Rng.of(1, 'a'), Rng.of(1, 'a,2')];
  for (const other of others) assert.notDeepEqual(draw(other, 4), draw(Rng.of(1, 'a', 2), 4));
});

test('the first draws of neighbouring streams are spread evenly', () => {
  const buckets = Array<number>(16).fill(0);
  for (let slot = 0; slot < 16_000; slot++) {
    const bucket = Rng.of(1, 0, slot).int(16);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  for (const filled of buckets) assert.ok(filled > 850 && filled < 1150, `${filled} of about 1000`);
});

test('uniform draws stay in range and fill it', () => {
  const rng = Rng.of(3);
  const values = draw(rng, 10_000);
  assert.ok(values.every((value) => value >= 0 && value < 1));
  assert.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length - 0.5) < 0.01);
  const dice = new Set(Array.from({ length: 200 }, () => rng.int(6)));
  assert.deepEqual(
    [...dice].toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4, 5],
  );
});

test('gaussian draws have mean 0 and variance 1', () => {
  const rng = Rng.of(4);
  const values = Array.from({ length: 20_000 }, () => rng.gaussian());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.03);
  assert.ok(Math.abs(variance - 1) < 0.05);
});

test('shuffling keeps every item once and leaves its input alone', () => {
  const items = [1, 2, 3, 4, 5, 6, 7, 8];
  const shuffled = Rng.of(5).shuffled(items);
  assert.notDeepEqual(shuffled, items);
  assert.deepEqual(
    shuffled.toSorted((a, b) => a - b),
    items,
  );
});

test('nothing can be picked from an empty list', () => {
  assert.throws(() => Rng.of(1).pick([]), RangeError);
});
