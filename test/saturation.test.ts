/** A node that has as much to do as it takes: what is more is refused at once, and served when there is room. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PetriError } from '@petri/client';
import { startSandboxRuntime } from '@petri/sandbox';
import { sharedNode } from './support/node.ts';
import { until } from './support/until.ts';

const MOST = 4;
const node = await sharedNode({}, await startSandboxRuntime({ workers: 1, spares: 0, maxPending: MOST }));
const { sandboxes } = node;
const GENOME = `export const spin = () => { for (;;); }; export const f = () => 1;`;
const SUITE = { suite: { cases: [{ function: 'f', expected: 1 }] } };

function saturated(thrown: unknown): boolean {
  assert.ok(thrown instanceof PetriError, String(thrown));
  assert.deepEqual([thrown.code, thrown.reason], ['resource_exhausted', 'NODE_SATURATED']);
  assert.ok((thrown.retryAfterMs ?? 0) > 0, 'there is a RetryInfo');
  return true;
}

suite('a saturated node', () => {
  test('refuses runs, loads and candidates of all at once, says when to try again, and serves again', async () => {
    const boxes = await Promise.all(Array.from({ length: MOST }, () => node.box(GENOME)));
    const other = await node.box(GENOME);
    const caller = new AbortController();
    const spinning = boxes.map(({ id }) =>
      sandboxes.run(id, 'spin', [], { timeoutMs: 60_000, signal: caller.signal }),
    );
    await until('all are accepted', async () => {
      const usages = await Promise.all(boxes.map(({ id }) => sandboxes.usage(id)));
      return usages.every(({ queuedRuns }) => queuedRuns === 1);
    });
    await assert.rejects(other.run('f'), saturated);
    await assert.rejects(sandboxes.create({ genome: GENOME }), saturated);
    const candidates = [{ genome: GENOME }, { genome: GENOME }];
    const evaluated = await Array.fromAsync(sandboxes.evaluateSources(candidates, SUITE));
    for (const { error } of evaluated) saturated(error);
    await sandboxes.destroy(boxes[0]!.id, { graceMs: 0 });
    caller.abort();
    await Promise.allSettled(spinning);
    await until('there is room', async () => (await other.run('f').catch(() => undefined)) !== undefined);
    for await (const { evaluation } of sandboxes.evaluateSources(candidates, SUITE))
      assert.equal(evaluation?.score, 1);
  });
});
