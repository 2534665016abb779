import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { suite, test } from 'node:test';
import { Client, credentials } from '@grpc/grpc-js';
import { createServiceClient } from '@petri/contracts';
import { AdminService, SandboxService } from '@petri/contracts/v1';
import type { PetriError } from '@petri/core';
import { startNodeProcess } from '../../../test/support/node-process.ts';

const ENDLESS = {
  target: { case: 'expression' as const, value: '(() => { for (;;); })()' },
  timeoutMs: 60_000,
};

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A node that holds an endless run, and what it takes to see it end. */
async function busyNode() {
  const node = await startNodeProcess({ PETRI_WORKERS: '1' });
  const raw = new Client(node.address, credentials.createInsecure());
  const sandboxes = createServiceClient(SandboxService, raw);
  const admin = createServiceClient(AdminService, raw);
  await sandboxes.createSandbox({ id: 'a' });
  const failed = assert.rejects(sandboxes.run({ id: 'a', spec: ENDLESS }));
  for (;;) {
    const { workers } = await admin.getNodeStatus({});
    const pids = workers.map(({ pid }) => pid);
    if (workers.some(({ inFlight }) => inFlight > 0)) return { node, raw, sandboxes, pids, failed };
  }
}

/** Until new calls are refused. */
async function draining({ sandboxes, node }: Awaited<ReturnType<typeof busyNode>>): Promise<void> {
  for (let reason = ''; reason !== 'DRAINING';) {
    assert.equal(node.child.exitCode, null, 'it ended although a run was in flight');
    const answer = sandboxes.getSandbox({ id: 'a' });
    reason = await answer.then(
      () => '',
      (error: PetriError) => error.reason,
    );
  }
}

suite('the command', () => {
  const MAIN = new URL('main.ts', import.meta.url).pathname;

  async function run(args: string[], env: Record<string, string>) {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (complaint += chunk));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output, complaint };
  }

  test('--help names every variable', async () => {
    const { code, output } = await run(['--help'], {});
    assert.equal(code, 0);
    assert.match(output, /PETRI_PORT .*50051/);
  });

  test('wrong variables, flags and a port in use end it with 1 and a sentence', async () => {
    const variables = await run([], { PETRI_PORT: 'x', PETRI_WORKERS: '0' });
    assert.equal(variables.code, 1);
    assert.match(variables.complaint, /^petri node: PETRI_PORT: .*; PETRI_WORKERS: .*\n$/);
    const flag = await run(['--nonsense'], {});
    assert.equal(flag.code, 1);
    assert.match(flag.complaint, /^petri node: .*--nonsense.*\n/);

    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    try {
      const taken = await run([], { PETRI_PORT: String(port), PETRI_WORKERS: '1', PETRI_SPARES: '0' });
      assert.equal(taken.code, 1);
      assert.match(
        taken.complaint,
        new RegExp(`^petri node: cannot listen on 127.0.0.1:${port}: the port is in use`),
      );
    } finally {
      blocker.close();
    }
  });

  test('the first SIGTERM drains, a second one ends it at once, workers and all', async () => {
    const busy = await busyNode();
    const { node, raw, pids, failed } = busy;
    node.child.kill('SIGTERM');
    await draining(busy);
    const ended = once(node.child, 'exit');
    node.child.kill('SIGTERM');
    const [code] = (await ended) as [number];
    assert.equal(code, 1);
    await failed;
    assert.deepEqual(pids.filter(isAlive), []);
    raw.close();
  });

  test('a line for people says where it listens', async () => {
    const child = spawn(process.execPath, [MAIN], {
      env: { PETRI_PORT: '0', PETRI_WORKERS: '1', PETRI_SPARES: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    assert.match(line.toString(), /^petri node listening on 127\.0\.0\.1:\d+ \(1 worker\)\n$/);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0);
  });
});
