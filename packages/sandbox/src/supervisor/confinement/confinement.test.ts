import assert from 'node:assert/strict';
import { once } from 'node:events';
import { openSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Findings } from '../../../test/intruder.ts';
import { NEEDED, workerCommand } from '../launch.ts';
import { spawnConfined } from '../worker-process.ts';
import { findConfinement } from './confinement.ts';

const INTRUDER = fileURLToPath(new URL('../../../test/intruder.ts', import.meta.url));
const OPTIONS = { warmRealms: 0, warmBytes: 0, capacity: 0, wasmPages: 2_048 };

const confinement = await findConfinement(NEEDED);
const uses = (command: string) => confinement.commands.includes(`/usr/bin/${command}`);
const isRoot = process.getuid?.() === 0;
const dropsRoot = isRoot && confinement.commands.some((word) => word.startsWith('--reuid'));

const recorder = join(tmpdir(), `petri-recorder-${process.pid}`);
const recorderFd = openSync(recorder, 'w+');
const server = createServer((socket) => socket.destroy()).listen(0);
await once(server, 'listening');
after(() => {
  server.close();
  rmSync(recorder);
});

/** What the intruder achieves in a worker's place. Breaking out of V8 frees it of what binds JavaScript only. */
async function intrude(brokeOut: boolean): Promise<Findings> {
  const { command, args } = workerCommand({ ...OPTIONS, confinement }, INTRUDER);
  const flags = /^--(permission|allow-|disable-warning)/;
  const kept = args.filter((arg) => !brokeOut || !flags.test(arg));
  const { port } = server.address() as AddressInfo;
  const child = spawnConfined({ command, args: [...kept, String(port)] }, recorderFd, confinement.hidden);
  const [told, complaints] = await Promise.all([
    text(child.stdio[3] as Readable),
    text(child.stderr as Readable),
  ]);
  assert.notEqual(told, '', complaints);
  return JSON.parse(told) as Findings;
}

const asScript = await intrude(false);
const brokenOut = await intrude(true);
const without = (command: string) => (uses(command) ? false : `${command} can't be used here`);

suite("a script in a worker's place", () => {
  test('finds an empty environment', () => assert.equal(asScript.environment, ''));

  test('reads its own code and nothing else, writes nothing, starts nothing', () => {
    const { readOwnCode, readPasswd, readShadow, writeNear, writeLarge, spawn, thread } = asScript;
    assert.equal(readOwnCode, 'done');
    const denied = new Set([readPasswd, readShadow, writeNear, writeLarge, spawn, thread]);
    assert.deepEqual([...denied], ['ERR_ACCESS_DENIED']);
  });
});

suite('one that broke out of V8', () => {
  test('finds an empty environment', () => assert.equal(brokenOut.environment, ''));

  test("finds only the protocol's descriptors", { skip: process.platform !== 'linux' }, () => {
    assert.equal(brokenOut.descriptors, '2,3,4');
  });

  test('reaches no network, loopback neither', { skip: without('unshare') }, () => {
    const { loopback, loopback6, datagram, lookup } = brokenOut;
    assert.match(loopback, /^(ENETUNREACH|EADDRNOTAVAIL)$/);
    assert.match(loopback6, /^(ENETUNREACH|EADDRNOTAVAIL)$/);
    assert.match(datagram, /^(ENETUNREACH|EADDRNOTAVAIL)$/);
    assert.match(lookup, /^EAI_/);
  });

  test('becomes nobody else', { skip: without('setpriv') }, () => {
    // EINVAL: in a user namespace of its own, there is no root to become.
    assert.match(brokenOut.setuid, /^(EPERM|EINVAL)$/);
    assert.match(brokenOut.setgid, /^(EPERM|EINVAL)$/);
  });

  test('writes no file beyond a few bytes', { skip: without('prlimit') }, () => {
    assert.equal(brokenOut.writeLarge, 'EFBIG');
  });

  test('opens no more than a few descriptors, and gets no limit raised', { skip: without('prlimit') }, () => {
    assert.equal(brokenOut.openMany, 'EMFILE');
    assert.equal(brokenOut.raiseLimits, 'Error: refused');
  });

  const notDropped = !isRoot ? 'the tests do not run as root' : "root can't be given up here";
  test("has none of root's rights", { skip: dropsRoot ? false : notDropped }, () => {
    const { readShadow, writeNear, killParent } = brokenOut;
    assert.deepEqual([readShadow, writeNear, killParent], ['EACCES', 'EACCES', 'EPERM']);
  });
});
