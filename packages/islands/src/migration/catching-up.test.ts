import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { type IslandPopulation, IslandPopulationSchema } from '@petri/contracts/v1';
import { CatchingUp } from './catching-up.ts';

const SCHEDULE = { generations: 10, intervalMs: 0, count: 1, populations: [] as string[] };
const p = (generation: number, bestScore?: number): IslandPopulation =>
  create(IslandPopulationSchema, {
    population: 'p',
    generation,
    ...(bestScore !== undefined && { bestScore }),
  });

/** Whom it asks, of the islands a and b that send to it. */
function asks(
  catchingUp: CatchingUp,
  own: IslandPopulation[],
  heard: Record<string, IslandPopulation>,
  schedule = SCHEDULE,
): string {
  const looking = { own, sources: ['a', 'b'], heard: ({ from }: { from: string }) => heard[from], schedule };
  return catchingUp
    .wishes(looking)
    .map((wish) => {
      catchingUp.asked(wish);
      return wish.from;
    })
    .join();
}

suite('an island catches up', () => {
  test('with all that send to it when it takes part again, once, as soon as they are heard', () => {
    const catchingUp = new CatchingUp();
    assert.equal(asks(catchingUp, [p(5, 1)], { a: p(5, 1) }), 'a');
    assert.equal(asks(catchingUp, [p(5, 1)], { a: p(5, 1), b: p(0) }), '', 'b has nobody to send');
    assert.equal(asks(catchingUp, [p(6, 1)], { a: p(9, 1), b: p(0, 1) }), 'b');
    assert.equal(asks(catchingUp, [p(7, 1)], { a: p(90, 1), b: p(90, 1) }), '');
    catchingUp.begin();
    assert.equal(asks(catchingUp, [p(7, 1)], { a: p(7, 1), b: p(7, 1) }), 'a,b');
  });

  test('where its population is new, with those that are an interval ahead', () => {
    const catchingUp = new CatchingUp();
    assert.equal(asks(catchingUp, [], { a: p(50, 1) }), '');
    assert.equal(asks(catchingUp, [p(0)], { a: p(50, 1), b: p(9, 1) }), '', 'it has no scores yet');
    assert.equal(asks(catchingUp, [p(0, 1)], { a: p(50, 1), b: p(9, 1) }), 'a');
    assert.equal(asks(catchingUp, [p(0, 1)], { a: p(50, 1), b: p(60, 1) }), '', 'b sends by itself');
  });

  test('asks again until it could', () => {
    const catchingUp = new CatchingUp();
    const looking = { own: [p(0, 1)], sources: ['a'], heard: () => p(0, 1), schedule: SCHEDULE };
    assert.deepEqual(catchingUp.wishes(looking), catchingUp.wishes(looking));
    assert.equal(catchingUp.wishes(looking).length, 1);
  });

  test('with nobody where nothing is scheduled, also later', () => {
    for (const schedule of [
      { ...SCHEDULE, generations: 0 },
      { ...SCHEDULE, populations: ['q'] },
    ]) {
      const catchingUp = new CatchingUp();
      assert.equal(asks(catchingUp, [p(5, 1)], { a: p(50, 1) }, schedule), '');
      assert.equal(asks(catchingUp, [p(5, 1)], { a: p(50, 1), b: p(50, 1) }), '');
    }
    assert.equal(
      asks(new CatchingUp(), [p(5, 1)], { a: p(5, 1) }, { ...SCHEDULE, generations: 0, intervalMs: 9 }),
      'a',
    );
  });
});
