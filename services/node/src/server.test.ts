import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { Client } from '@grpc/grpc-js';
import { Outcome, SandboxStatus, WorkerState } from '@petri/contracts/v1';
import type { PetriError } from '@petri/core';
import { completed, fakeRuntime } from '../test/fake-runtime.ts';
import { CONFIG, testNode } from '../test/start.ts';
import { startNode } from './server.ts';

const spec = { target: { case: 'expression' as const, value: '1' } };

/** grpc.health.v1.Health, by hand: field 1 of the request is the service, field 1 of the response the status. */
function health(raw: Client, service: string): Promise<number> {
  const name = Buffer.from(service);
  const request = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const same = (bytes: Buffer) => bytes;
  return new Promise((resolve, reject) => {
    raw.makeUnaryRequest('/grpc.health.v1.Health/Check', same, same, request, (error, answer) => {
      if (error) reject(error);
      else resolve(answer?.[1] ?? 0);
    });
  });
}

/** A run that lasts until it is released. */
function blocking() {
  const started = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const run = async () => {
    started.resolve();
    await released.promise;
    return completed('"done"');
  };
  return { run, started: started.promise, release: released.resolve };
}

suite('a node', () => {
  test('serves health for itself and each of its services', async () => {
    await using node = await testNode();
    for (const service of ['', 'petri.v1.SandboxService', 'petri.v1.AdminService'])
      assert.equal(await health(node.raw, service), 1, service);
    await assert.rejects(health(node.raw, 'petri.v1.Other'), { code: 5 });
  });

  test('serves reflection of its services', async () => {
    await using node = await testNode();
    const call = node.raw.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
    );
    call.on('error', () => undefined); // it is cut off with the node
    call.write(Buffer.from([0x3a, 1, 0x2a])); // list_services: "*"
    const [answer] = (await once(call, 'data')) as [Buffer];
    call.end();
    for (const service of ['petri.v1.SandboxService', 'petri.v1.AdminService', 'grpc.health.v1.Health'])
      assert.ok(answer.includes(service), service);
  });

  test('reports its status', async () => {
    await using node = await testNode({
      status: () => ({
        workers: [{ pid: 1, state: 'HELD', resident: 2, inFlight: 3, completed: 4, rssBytes: 5 }],
        protections: [{ name: 'no-network', active: true, detail: 'of its own' }],
        sandboxes: { RUNNING: 2 },
        runs: { COMPLETED: 9, THREW: 0 },
        kills: { TIMEOUT: 1 },
        workersLostToOthers: 6,
      }),
    });
    const status = await node.admin.getNodeStatus({});
    assert.partialDeepStrictEqual(status, {
      version: '0.1.0',
      draining: false,
      workers: [{ pid: 1, state: WorkerState.HELD, resident: 2, inFlight: 3, completed: 4n, rssBytes: 5n }],
      protections: [{ name: 'no-network', active: true, detail: 'of its own' }],
      sandboxes: [{ status: SandboxStatus.RUNNING, count: 2 }],
      runs: [{ outcome: Outcome.COMPLETED, count: 9n }],
      kills: [{ outcome: Outcome.TIMEOUT, count: 1n }],
      workersLostToOthers: 6n,
    });
    assert.ok(status.rssBytes > 1_000_000n);
  });

  test('a message over the limit is RESOURCE_EXHAUSTED', async () => {
    await using node = await testNode({}, { config: { maxMessageBytes: 1024 * 1024 } });
    await assert.rejects(node.client.getSandbox({ id: 'x'.repeat(1024 * 1024) }), {
      code: 'resource_exhausted',
    });
  });

  test('a port in use is said in a sentence, and the runtime is closed', async () => {
    await using node = await testNode();
    const runtime = fakeRuntime();
    await assert.rejects(startNode({ ...CONFIG, port: node.node.port }, { runtime }), (error: PetriError) => {
      assert.equal(error.reason, 'CANNOT_LISTEN');
      assert.match(error.message, /^cannot listen on 127\.0\.0\.1:\d+: the port is in use/);
      return true;
    });
    assert.equal(runtime.closed, 1);
  });
});

suite('draining', () => {
  test('lets calls in flight finish, refuses new ones, and then closes the runtime', async () => {
    const { run, started, release } = blocking();
    await using node = await testNode({ run });
    const inFlight = node.client.run({ id: 'a', spec });
    await started;
    const drained = node.node.drain();
    assert.equal(node.node.drain(), drained);
    await assert.rejects(node.client.getSandbox({ id: 'a' }), { code: 'unavailable', reason: 'DRAINING' });
    await assert.rejects(Array.fromAsync(node.client.batchRun({})), {
      code: 'unavailable',
      reason: 'DRAINING',
    });
    assert.equal(await health(node.raw, ''), 2);
    assert.equal((await node.admin.getNodeStatus({})).draining, true);
    assert.equal(node.runtime.closed, 0);
    release();
    assert.equal((await inFlight).result?.outcome, Outcome.COMPLETED);
    await drained;
    assert.equal(node.runtime.closed, 1);
    await assert.rejects(node.client.getSandbox({ id: 'a' }, { timeoutMs: 2_000 }), { code: 'unavailable' });
  });

  test('a stream in flight is sent to its end', async () => {
    const { run, started, release } = blocking();
    await using node = await testNode({ run });
    const entries = Array.from({ length: 500 }, () => ({ id: 'a' }));
    let results = 0;
    const reading = (async () => {
      for await (const { items, summary } of node.client.batchRun({ entries, spec }))
        results += items.length + (summary ? 1000 : 0);
    })();
    await started;
    const drained = node.node.drain();
    release();
    await Promise.all([reading, drained]);
    assert.equal(results, 1_500);
  });

  test('waits for calls in flight no longer than the configuration allows', async () => {
    const { run, started } = blocking();
    await using node = await testNode({ run }, { config: { drainTimeoutMs: 50 } });
    const failed = assert.rejects(node.client.run({ id: 'a', spec }));
    await started;
    await node.node.drain();
    await failed;
    assert.equal(node.runtime.closed, 1);
  });

  test('a close during a drain ends it at once', async () => {
    const { run, started } = blocking();
    await using node = await testNode({ run });
    const failed = assert.rejects(node.client.run({ id: 'a', spec }));
    await started;
    const drained = node.node.drain();
    await node.node.close();
    await Promise.all([drained, failed]);
    await node.node.close();
    assert.equal(node.runtime.closed, 1);
  });
});
