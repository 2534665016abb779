import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Edge } from '@petri/contracts/v1';
import { taken, Timetable } from './schedule.ts';

const NEVER = { generations: 0, intervalMs: 0, count: 1, populations: [] as string[] };
const edge = (from: string, to: string, probability?: number): Edge => ({
  $typeName: 'petri.v1.Edge',
  from,
  to,
  ...(probability !== undefined && { probability }),
});

suite('a timetable', () => {
  /** At which of these moments, each a generation and a time, it is due. */
  const due = (moments: [generation: number, now: number][], schedule: typeof NEVER): boolean[] => {
    const timetable = new Timetable();
    return moments.map(([generation, now]) => timetable.due('a', 'p', generation, now, schedule));
  };

  test('by generations counts from the first look, and from each time that it was due', () => {
    const schedule = { ...NEVER, generations: 10 };
    assert.deepEqual(
      due(
        [
          [5, 0],
          [14, 1],
          [15, 2],
          [24, 3],
          [31, 4],
          [40, 5],
          [41, 6],
        ],
        schedule,
      ),
      [false, false, true, false, true, false, true],
    );
  });

  test('by time is due after each interval, whatever generation it is', () => {
    const schedule = { ...NEVER, intervalMs: 100 };
    assert.deepEqual(
      due(
        [
          [5, 1_000],
          [99, 1_099],
          [99, 1_100],
          [99, 1_199],
          [99, 1_450],
          [99, 1_549],
          [99, 1_550],
        ],
        schedule,
      ),
      [false, false, true, false, true, false, true],
    );
  });

  test('by both is due by whichever comes first', () => {
    const schedule = { ...NEVER, generations: 10, intervalMs: 100 };
    assert.deepEqual(
      due(
        [
          [0, 0],
          [10, 50],
          [11, 149],
          [12, 150],
          [20, 160],
        ],
        schedule,
      ),
      [false, true, false, true, true],
    );
  });

  test('by neither, or of other populations, is never due; one that begins anew is counted anew', () => {
    assert.deepEqual(
      due(
        [
          [0, 0],
          [1_000, 1e9],
        ],
        NEVER,
      ),
      [false, false],
    );
    assert.deepEqual(
      due(
        [
          [0, 0],
          [50, 9],
        ],
        { ...NEVER, generations: 10, populations: ['q'] },
      ),
      [false, false],
    );
    assert.deepEqual(
      due(
        [
          [50, 0],
          [0, 1],
          [9, 2],
          [10, 3],
        ],
        { ...NEVER, generations: 10 },
      ),
      [false, false, false, true],
    );
  });

  test('counts each population of each island by itself', () => {
    const timetable = new Timetable();
    const schedule = { ...NEVER, generations: 1 };
    for (const [place, population] of [
      ['a', 'p'],
      ['a', 'q'],
      ['b', 'p'],
    ] as const) {
      assert.equal(timetable.due(place, population, 0, 0, schedule), false);
      assert.equal(timetable.due(place, population, 1, 0, schedule), true);
    }
  });
});

suite('edges', () => {
  test('are taken as often as their probabilities say, each by itself', () => {
    const edges = [edge('a', 'b', 0.1), edge('a', 'c', 0.5), edge('a', 'd', 1), edge('a', 'e')];
    const occasions = 2_000;
    const counts = new Map<string, number>();
    let both = 0;
    for (let occasion = 0; occasion < occasions; occasion++) {
      const ways = taken(edges, 'a', occasion).map(({ to }) => to);
      for (const to of ways) counts.set(to, (counts.get(to) ?? 0) + 1);
      both += Number(ways.includes('b') && ways.includes('c'));
    }
    const share = (to: string) => (counts.get(to) ?? 0) / occasions;
    // Five standard deviations; occasions are the same each time.
    assert.ok(Math.abs(share('b') - 0.1) < 0.034, String(share('b')));
    assert.ok(Math.abs(share('c') - 0.5) < 0.056, String(share('c')));
    assert.ok(Math.abs(both / occasions - 0.05) < 0.025, String(both));
    assert.deepEqual([share('d'), share('e')], [1, 1]);
  });

  test('are the same for the same occasion', () => {
    const edges = Array.from({ length: 50 }, (_, n) => edge('a', `b${n}`, 0.5));
    assert.deepEqual(taken(edges, 'a', 'x'), taken(edges, 'a', 'x'));
    assert.notDeepEqual(taken(edges, 'a', 'x'), taken(edges, 'a', 'y'));
  });
});
