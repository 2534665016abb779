import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { failure, sharedNode } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;

const SPIN = 'export const spin = () => { for (;;); };';

suite('the limits of a living sandbox', () => {
  test('apply from the next run on, with code and state as they were', async () => {
    const box = await node.box(
      `import { state } from 'petri:sandbox';
       export const f = (n) => { state.n = n; return 'x'.repeat(n); };
       export const g = () => state.n;`,
    );
    await box.call('f', 50);
    const updated = await sandboxes.updateLimits(box.id, { outputBytes: 16 });
    assert.equal(updated.limits.outputBytes, 16);
    assert.equal(updated.limits.maxTasks, 100);
    failure(await box.run('f', [50]), 'OUTPUT_LIMIT');
    assert.equal(await box.call('g'), 50);
    await sandboxes.updateLimits(box.id, { outputBytes: 1024, executionTimeMs: 10_000 });
    await box.call('f', 60);
    assert.equal(await box.call('g'), 60);
  });

  test('cap what a run asks for', async () => {
    const box = await node.box(SPIN, { limits: { executionTimeMs: 80 } });
    failure(await box.run('spin', [], { timeoutMs: 60_000 }), 'TIMEOUT');
  });

  test('out of range are all listed, and change nothing', async () => {
    const box = await node.box(SPIN);
    const wrong = { memoryBytes: 1, maxTasks: 10_001, executionTimeMs: 0, versionsKept: 101 };
    await assert.rejects(
      sandboxes.updateLimits(box.id, wrong),
      (error: { code: string; violations: { field: string }[] }) => {
        assert.equal(error.code, 'invalid_argument');
        assert.deepEqual(
          error.violations.map(({ field }) => field).sort((a, b) => (a < b ? -1 : 1)),
          ['limits.execution_time_ms', 'limits.max_tasks', 'limits.memory_bytes', 'limits.versions_kept'],
        );
        return true;
      },
    );
    assert.deepEqual((await box.get()).limits, box.created.limits);
  });

  test('of tasks count those pending at once', async () => {
    const box = await node.box(
      `export const set = (n) => { for (let i = 0; i < n; i++) setTimeout(() => {}, 1e6); return n; };
       export const chain = async (n) => { for (let i = 0; i < n; i++) await new Promise((done) => setTimeout(done, 0)); return n; };`,
      { limits: { maxTasks: 5 } },
    );
    assert.equal(await box.call('set', 5), 5);
    assert.match(failure(await box.run('set', [6]), 'THREW').message, /max_tasks/);
    assert.equal(await box.call('chain', 20), 20);
  });
});
