import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childrenOf } from '../../../../test/support/census.ts';
import { until } from '../../../../test/support/until.ts';
import { startSandboxRuntime } from '../start.ts';

test('what makes the script of workers is gone when they are there, however many runtimes start at once', async () => {
  const options = { workers: 1, spares: 0 };
  const runtimes = await Promise.all([startSandboxRuntime(options), startSandboxRuntime(options)]);
  try {
    const workers = runtimes.flatMap((runtime) => runtime.status().workers.map(({ pid }) => pid));
    // The bundler's process is told to end, and does soon.
    await until('it is gone', () => childrenOf(process.pid).length === workers.length);
    assert.deepEqual(new Set(childrenOf(process.pid)), new Set(workers));
  } finally {
    await Promise.all(runtimes.map((runtime) => runtime.close()));
  }
});
