import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeProcess } from './process.ts';

const START = { env: {}, startTimeoutMs: 30_000 };
const script = (code: string): { args: string[]; env: NodeJS.ProcessEnv } => ({
  ...START,
  args: ['-e', code],
});
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const SERVING = `
  console.log(JSON.stringify({ address: '127.0.0.1:' + process.pid, port: process.env.PETRI_PORT }));
  setInterval(() => {}, 1000);`;

test('a node is started on a free port, and ended when disposed of, twice without harm', async () => {
  const node = await NodeProcess.start(script(SERVING));
  const pid = Number(node.address.split(':')[1]);
  assert.ok(isRunning(pid));
  await node[Symbol.asyncDispose]();
  assert.ok(!isRunning(pid));
  await node[Symbol.asyncDispose]();
});

test('a node that ends before it serves is reported with what it said', async () => {
  const start = NodeProcess.start(script('console.error("the port is in use"); process.exit(3)'));
  await assert.rejects(start, /did not start: it ended with status 3\nthe port is in use$/);
});

test('a first line that is no address is reported', async () => {
  await assert.rejects(NodeProcess.start(script('console.log("hello")')), /first line is no address: hello/);
});

test('a node that says nothing is given up and killed', async () => {
  const start = NodeProcess.start({ ...script('setInterval(() => {}, 1000)'), startTimeoutMs: 50 });
  await assert.rejects(start, /no ready line within 50 ms/);
});
