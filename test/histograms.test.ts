import { histogramOf } from './support/metrics.ts';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sharedNode } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;

suite('histograms', () => {
  test('have every run and evaluation that is over when they are collected', async () => {
    const box = await node.box('export const f = () => 1;');
    const before = await Promise.all(
      ['run', 'evaluate', 'queue'].map((what) => histogramOf(`petri.${what}.duration`)),
    );
    const runs = 2_500;
    const entries = Array.from({ length: runs }, () => ({ id: box.id }));
    let wallUs = 0;
    for await (const item of sandboxes.batchRun(entries, { spec: { function: 'f' } }))
      wallUs += item.run?.receipt?.wallUs ?? Number.NaN;
    const suiteOf = { suite: { cases: [{ function: 'f', expected: 1 }] } };
    for (let n = 0; n < 3; n++) await sandboxes.evaluate(box.id, suiteOf);

    const run = await histogramOf('petri.run.duration');
    assert.equal(run.count - before[0]!.count, runs);
    assert.ok(Math.abs((run.sum - before[0]!.sum) * 1e6 - wallUs) < 1, `${run.sum} s, ${wallUs} us`);
    assert.equal((await histogramOf('petri.evaluate.duration')).count - before[1]!.count, 3);
    assert.equal((await histogramOf('petri.queue.duration')).count - before[2]!.count, runs + 3);
  });
});
