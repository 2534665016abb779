import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { suite, test } from 'node:test';
import { connect } from '@petri/client';
import { startNodeProcess } from './support/node-process.ts';
import { sharedNode, valueOf } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const linux = { skip: process.platform === 'linux' ? false : 'there is no /proc' };

/** Where the descriptors of a process lead, but for what Node opens for itself. */
function descriptorsOf(pid: number): string[] {
  const targets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => targetOf(`/proc/${pid}/fd/${fd}`));
  const own = /^(anon_inode:|pipe:|\/dev\/null$)/;
  return targets
    .filter((target) => !own.test(target))
    .map((target) => target.replace(/\[\d+\]|-[-\w]+/g, ''));
}

/** Nowhere, if it is closed meanwhile. */
function targetOf(descriptor: string): string[] {
  try {
    return [readlinkSync(descriptor)];
  } catch {
    return [];
  }
}

suite('a worker', () => {
  test('runs under what the node says', linux, async (context) => {
    const { protections, workers } = await node.status();
    const { pid } = workers[0]!;
    const active = new Map(protections.map((each) => [each.name, each.active]));
    assert.deepEqual(
      [...active.keys()],
      [
        'permission-model',
        'empty-environment',
        'protocol-descriptors-only',
        'unprivileged-user',
        'no-capabilities',
        'no-new-privileges',
        'no-network',
        'resource-limits',
        'ended-first-out-of-memory',
      ],
    );
    for (const { name, active: holds, detail } of protections)
      if (!holds) context.diagnostic(`not here: ${name} (${detail})`);
    for (const name of ['permission-model', 'empty-environment', 'protocol-descriptors-only'])
      assert.equal(active.get(name), true, name);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    assert.equal(active.get('no-new-privileges'), /^NoNewPrivs:\s1$/m.test(status));
    assert.equal(active.get('unprivileged-user'), !/^Uid:.*\b0\b/m.test(status));
    const own = readlinkSync('/proc/self/ns/net');
    assert.equal(active.get('no-network'), readlinkSync(`/proc/${pid}/ns/net`) !== own);
  });

  test(
    'holds its channel, standard error and the flight recorder, and no other descriptor',
    linux,
    async () => {
      for (const { pid } of (await node.status()).workers) {
        const recorder = /^\/(dev\/shm|tmp)\/petri \(deleted\) socket: socket:$/;
        // At the moment it may read what the kernel says of its memory.
        await until(`${pid} holds those and no other`, () =>
          recorder.test(descriptorsOf(pid).sort().join(' ')),
        );
      }
    },
  );

  test('gets none of the descriptors that the node was started with', linux, async () => {
    const secret = openSync('/etc/hostname', 'r');
    try {
      const env = { PETRI_WORKERS: '1', PETRI_SPARES: '0' };
      await using process = await startNodeProcess(env, [secret, secret, secret, secret]);
      await using petri = await connect(process.address);
      assert.ok(descriptorsOf(process.child.pid!).includes('/etc/hostname'));
      const { workers, protections } = await petri.admin.status();
      assert.ok(!descriptorsOf(workers[0]!.pid).includes('/etc/hostname'));
      const found = protections.find(({ name }) => name === 'protocol-descriptors-only');
      assert.equal(found?.active, true, found?.detail);
    } finally {
      closeSync(secret);
    }
  });
});

suite('a guest', () => {
  const TRIES = `
    const attempt = async (work) => { try { return String(await work()); } catch (error) { return error.name; } };
    export const names = () => ['process', 'require', 'module', 'fetch', 'WebSocket', 'Deno', 'Bun', 'global', 'Buffer',
      'setImmediate', 'XMLHttpRequest', 'navigator'].filter((name) => name in globalThis);
    export const imports = () => Promise.all(['node:fs', 'fs', 'node:net', 'node:child_process', 'file:///etc/passwd',
      'data:text/javascript,export default 1', 'https://example.com/x.js'].map((name) => attempt(() => import(name))));
    export const reaches = () => Promise.all([
      () => Function('return process')(),
      () => (0, eval)('require("fs")'),
      () => [].constructor.constructor('return this.process.env')(),
      () => new (async () => {}).constructor('return await import("node:fs")')(),
    ].map(attempt));`;

  test('finds no environment, no files, no network and no way to start anything', async () => {
    // The other profiles refuse such code before it loads.
    const box = await node.box(TRIES, { securityProfile: 'LOW' });
    assert.deepEqual(valueOf(await box.run('names')), []);
    const refused = [valueOf(await box.run('imports')), valueOf(await box.run('reaches'))];
    for (const answers of refused as string[][])
      for (const answer of answers) assert.match(answer, /^\w*Error$/);
  });
});
