import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Ranked, Ranking, rankingOrder } from './ranking.ts';

// Few values, so that ties are common.
const score = fc.oneof(fc.constantFrom(0, -0, 1, 2), fc.double({ noNaN: true, noDefaultInfinity: true }));
const entry = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  score,
  sequence: fc.integer({ min: 1, max: 4 }),
});
const direction = fc.constantFrom('MAXIMISE' as const, 'MINIMISE' as const);

suite('ranking', () => {
  test('is a total order: antisymmetric, transitive, and 0 only for the same', () => {
    fc.assert(
      fc.property(direction, entry, entry, entry, (way, a, b, c) => {
        const order = rankingOrder(way);
        assert.equal(Math.sign(order(a, b)), -Math.sign(order(b, a)) || 0);
        if (order(a, b) <= 0 && order(b, c) <= 0) assert.ok(order(a, c) <= 0);
        const same = a.score === b.score && a.sequence === b.sequence && a.id === b.id;
        assert.equal(order(a, b) === 0, same);
      }),
    );
  });

  test('of equal scores the earlier ranks first, then the smaller id, in both directions', () => {
    for (const way of ['MAXIMISE', 'MINIMISE'] as const) {
      const ranking = new Ranking(way);
      for (const [id, sequence] of [
        ['late', 3],
        ['b', 2],
        ['a', 2],
        ['first', 1],
      ] as const)
        ranking.set({ id, score: 1, sequence });
      assert.deepEqual(
        ranking.sorted().map(({ id }) => id),
        ['first', 'a', 'b', 'late'],
      );
    }
  });

  test('after any changes it is what sorting anew gives', () => {
    const change = fc.oneof(
      entry.map((put) => ({ put })),
      fc.constantFrom('a', 'b', 'c').map((removed) => ({ removed })),
      fc.constant({ read: true }),
    );
    fc.assert(
      fc.property(direction, fc.array(change, { maxLength: 40 }), (way, changes) => {
        const [ranking, expected] = [new Ranking(way), new Map<string, Ranked>()];
        for (const each of changes) {
          if ('put' in each) {
            ranking.set(each.put);
            expected.set(each.put.id, each.put);
          } else if ('removed' in each) {
            ranking.delete(each.removed);
            expected.delete(each.removed);
          } else ranking.sorted();
        }
        assert.deepEqual(ranking.sorted(), [...expected.values()].sort(rankingOrder(way)));
      }),
    );
  });
});
