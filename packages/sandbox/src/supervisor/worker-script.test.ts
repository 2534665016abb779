import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childrenOf } from '../../../../test/support/census.ts';
import { startSandboxRuntime } from '../start.ts';

test('what makes the script of workers is gone when they are there, however many runtimes start at once', async () => {
  const options = { workers: 1, spares: 0 };
  const runtimes = await Promise.all([startSandboxRuntime(options), startSandboxRuntime(options)]);
  try {
    const workers = runtimes.flatMap((runtime) => runtime.status().workers.map(({ pid }) => pid));
    assert.deepEqual(new Set(childrenOf(process.pid)), new Set(workers));
  } finally {
    await Promise.all(runtimes.map((runtime) => runtime.close()));
  }
});
