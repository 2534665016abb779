import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Outcome, SandboxStatus, WorkerState } from '@petri/contracts/v1';
import { fakeNode } from '../test/fake-node.ts';
import { connect } from './connect.ts';

suite('connect', () => {
  test('without a node it is unavailable after the time given', async () => {
    await assert.rejects(connect('127.0.0.1:1', { connectTimeoutMs: 200 }), {
      code: 'unavailable',
      reason: 'NOT_CONNECTED',
    });
  });

  test('a call has the deadline of the connection, unless it brings its own', async () => {
    const deadlines: number[] = [];
    await using node = await fakeNode(
      {
        getSandbox: (_, { deadline = Infinity }) => {
          deadlines.push(deadline - Date.now());
          return { sandbox: {} };
        },
        run: (_, { deadline = Infinity }) => {
          deadlines.push(deadline - Date.now());
          return { result: { outcome: Outcome.COMPLETED, receipt: {} } };
        },
      },
      { deadlineMs: 5_000 },
    );
    const { sandboxes } = node.petri;
    await sandboxes.get('a');
    await sandboxes.get('a', { deadlineMs: 50_000 });
    await sandboxes.get('a', { deadlineMs: Infinity });
    await sandboxes.run('a', 'f', [], { timeoutMs: 100_000 });
    for (const [index, expected] of [5_000, 50_000, Infinity, 105_000].entries()) {
      const left = deadlines[index]!;
      assert.ok(left === expected || (left <= expected && left > expected - 4_000), `${left} ms were left`);
    }
  });

  test('a deadline that passes and a signal that aborts end the call', async () => {
    const gone: string[] = [];
    await using node = await fakeNode({
      getSandbox: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            gone.push((signal.reason as { code: string }).code);
            reject(signal.reason as Error);
          });
        }),
    });
    const { sandboxes } = node.petri;
    await assert.rejects(sandboxes.get('a', { deadlineMs: 50 }), { code: 'deadline_exceeded' });
    const signal = AbortSignal.timeout(50);
    await assert.rejects(sandboxes.get('a', { signal }), { code: 'cancelled' });
  });

  test('close is idempotent, and calls afterwards fail', async () => {
    await using node = await fakeNode({ getSandbox: () => ({ sandbox: {} }) });
    await node.petri.sandboxes.get('a');
    await node.petri.close();
    await node.petri.close();
    await assert.rejects(node.petri.sandboxes.get('a'));
  });
});

suite('waitUntilServing', () => {
  test('resolves as soon as the node takes calls', async () => {
    await using node = await fakeNode();
    let serving = false;
    const waiting = node.petri.waitUntilServing().then(() => assert.ok(serving));
    await new Promise((resolve) => setTimeout(resolve, 50));
    serving = true;
    node.health.setServing(true);
    await waiting;
    await node.petri.waitUntilServing();
  });

  test('gives up at its deadline, and when it is cancelled', async () => {
    await using node = await fakeNode();
    await assert.rejects(node.petri.waitUntilServing({ deadlineMs: 50 }), { code: 'deadline_exceeded' });
    const abort = new AbortController();
    const waiting = node.petri.waitUntilServing({ signal: abort.signal });
    abort.abort();
    await assert.rejects(waiting, { code: 'cancelled' });
  });

  test('waits out a node that is down', async () => {
    await using node = await fakeNode();
    node.server.forceShutdown();
    await assert.rejects(node.petri.waitUntilServing({ deadlineMs: 300 }), { code: 'deadline_exceeded' });
  });
});

suite('admin', () => {
  test('status', async () => {
    await using node = await fakeNode({
      getNodeStatus: () => ({
        version: '1',
        uptime: { seconds: 2n, nanos: 500_000_000 },
        draining: true,
        workers: [
          { pid: 1, state: WorkerState.SPARE, resident: 2, inFlight: 3, completed: 4n, rssBytes: 5n },
        ],
        protections: [{ name: 'no-network', active: true, detail: 'of its own' }],
        sandboxes: [{ status: SandboxStatus.RUNNING, count: 6 }],
        runs: [{ outcome: Outcome.COMPLETED, count: 7n }],
        kills: [{ outcome: Outcome.TIMEOUT, count: 8n }],
        workersLostToOthers: 9n,
        rssBytes: 10n,
        audit: { written: 11n, lost: 12n },
      }),
    });
    assert.deepEqual(await node.petri.admin.status(), {
      version: '1',
      uptimeMs: 2_500,
      draining: true,
      workers: [{ pid: 1, state: 'SPARE', resident: 2, inFlight: 3, completed: 4, rssBytes: 5 }],
      protections: [{ name: 'no-network', active: true, detail: 'of its own' }],
      sandboxes: { RUNNING: 6 },
      runs: { COMPLETED: 7 },
      kills: { TIMEOUT: 8 },
      workersLostToOthers: 9,
      rssBytes: 10,
      audit: { written: 11, lost: 12 },
    });
  });
});
