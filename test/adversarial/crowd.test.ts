/** More honest work than there are workers: nobody's fault, and nobody's loss. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sharedNode } from '../support/node.ts';

const node = await sharedNode();
const AT_ONCE = 8;

const LONG = `export const f = () => { const end = Date.now() + 150; while (Date.now() < end); return 1; };`;
const LARGE = `export const f = () => Array.from({ length: 300_000 }, () => []);`;

/** Runs of as many sandboxes, all at once. */
async function crowd(source: string): Promise<void> {
  const boxes = await Promise.all(Array.from({ length: AT_ONCE }, () => node.box(source)));
  const runs = await Promise.all(boxes.map((box) => box.run('f')));
  const outcomes = runs.map(({ outcome, receipt }) => `${outcome} ${receipt.reason}`);
  assert.deepEqual(
    outcomes,
    outcomes.map(() => 'COMPLETED '),
  );
}

suite('a crowd of honest runs', () => {
  // What is taken back from a busy worker may not begin there: it would be ended as a run that nobody waits for, and
  // with it whatever runs beside it, again and again.
  test('that take long costs no worker, and all complete', async () => {
    const before = await node.status();
    await crowd(LONG);
    const { workersLostToOthers } = await node.status();
    assert.equal(workersLostToOthers, before.workersLostToOthers);
  });

  test('with large results completes', () => crowd(LARGE));
});
