/** The experiment of "npm run bench -- islands": does migration help? */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { standardErrorsAbove, wilson } from '../bench/support/proportions.ts';
import { BUDGET, runTraps } from '../bench/traps/experiment.ts';
import { BITS, OPTIMUM, scoreOf } from '../bench/traps/problem.ts';

const RING = { islands: 8, size: 40, interval: 10 };

suite('traps', () => {
  test('lead away from all ones, which is the only optimum', () => {
    assert.deepEqual([scoreOf(0), scoreOf(1), scoreOf(0b1111), scoreOf(0b1_1111)], [24, 23, 20, 25]);
    assert.deepEqual([scoreOf(2 ** BITS - 1), OPTIMUM], [30, 30]);
  });

  test('islands migrate as the schedule has it, nobody gets lost, and the same seed does the same', async () => {
    const first = await runTraps(RING, 1);
    const { generations, migrations, sent, admitted, duplicate, lost, errors } = first;
    assert.equal(migrations, Math.floor(generations / RING.interval) * RING.islands);
    assert.equal(sent, migrations * 2);
    assert.deepEqual([lost, errors], [0, []]);
    assert.ok(admitted > 0 && admitted + duplicate === sent, JSON.stringify(first));
    assert.ok(first.solved || first.evaluations >= BUDGET);
    assert.deepEqual(await runTraps(RING, 1), first);
    assert.notDeepEqual(await runTraps(RING, 2), first);
  });

  test('nobody leaves an island without a schedule, or the only island', async () => {
    const { migrations } = await runTraps({ islands: 2, size: 20, interval: 0 }, 1);
    const { sent } = await runTraps({ islands: 1, size: 40, interval: 1 }, 1);
    assert.deepEqual([migrations, sent], [0, 0]);
  });
});

suite('shares', () => {
  test('have intervals as published, also of none and of all', () => {
    const rounded = (count: number, of: number) => wilson({ count, of }).map((bound) => bound.toFixed(3));
    // Newcombe, 1998, table I.
    assert.deepEqual(rounded(81, 263), ['0.255', '0.366']);
    assert.deepEqual(rounded(0, 20), ['0.000', '0.161']);
    assert.deepEqual(rounded(29, 29), ['0.883', '1.000']);
  });

  test('differ by so many standard errors', () => {
    const above = (a: number, b: number) => standardErrorsAbove({ count: a, of: 100 }, { count: b, of: 100 });
    assert.equal(above(60, 45).toFixed(3), '2.124');
    assert.equal(above(45, 60).toFixed(3), '-2.124');
    assert.equal(above(0, 0), 0);
  });
});
