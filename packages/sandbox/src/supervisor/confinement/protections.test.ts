import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { protectionsOf } from './protections.ts';

const linux = { skip: process.platform === 'linux' ? false : 'there is no /proc' };
// Files that it opened itself, and does not close: the kernel's word of it, and its own code.
const READER = `
  const { openSync } = require('node:fs');
  openSync('/proc/self/stat', 'r');
  openSync(${JSON.stringify(import.meta.filename)}, 'r');
  console.error('open');
  setInterval(() => {}, 1e6);`;

async function descriptorsWith(context: TestContext, ...leaked: number[]) {
  const flags = ['--permission', `--allow-fs-read=${import.meta.dirname}`, '--allow-fs-read=/proc/self/'];
  const stdio = ['ignore', 'ignore', 'pipe', ...leaked] as const;
  const reader = spawn(process.execPath, [...flags, '--eval', READER], { stdio: [...stdio], env: {} });
  context.after(() => reader.kill('SIGKILL'));
  const [said] = await once(reader.stderr!, 'data');
  assert.equal(String(said), 'open\n');
  return protectionsOf(reader.pid!).find(({ name }) => name === 'protocol-descriptors-only');
}

test("a worker that reads at the moment holds the protocol's descriptors only", linux, async (context) => {
  const found = await descriptorsWith(context);
  assert.deepEqual([found?.active, found?.detail], [true, '1 sockets, 0 files']);
});

test('a worker that was left others does not', linux, async (context) => {
  const secret = openSync('/etc/hostname', 'r');
  context.after(() => closeSync(secret));
  const found = await descriptorsWith(context, secret, secret);
  assert.deepEqual(
    [found?.active, found?.detail],
    [false, '1 sockets, 2 files (/etc/hostname, /etc/hostname)'],
  );
});
