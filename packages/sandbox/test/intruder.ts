/** Stands in for a worker whose guest broke out: tries what it should not be able to do, and tells what came of it. */
import { spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { createSocket } from 'node:dgram';
import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { CHANNEL_FD } from '../src/protocol.ts';

const [port = 0] = process.argv.slice(-1).map(Number);

/** "done", or the code of the error. */
async function attempt(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code ?? String(thrown);
  }
}

function connectTo(host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.once('connect', () => (socket.destroy(), resolve())).once('error', reject);
  });
}

function sendDatagram(): Promise<void> {
  const socket = createSocket('udp4');
  return new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.send('x', port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
  }).finally(() => socket.close());
}

function writeLarge(): void {
  const path = `/tmp/petri-intruder-${process.pid}`;
  try {
    writeFileSync(path, '');
    for (let written = 0; written <= 8_192; written += 1_024) appendFileSync(path, 'x'.repeat(1_024));
  } finally {
    rmSync(path, { force: true });
  }
}

function openDescriptors(): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => {
      try {
        const stat = fstatSync(fd);
        return stat.isFile() || stat.isSocket();
      } catch {
        return false;
      }
    });
}

/** Until the kernel gives no more. */
function openMany(): void {
  const opened: number[] = [];
  try {
    while (opened.length < 1_000) opened.push(openSync('/dev/null', 'r'));
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

const descriptors: number[] = [];
const findings = {
  environment: Object.keys(process.env).join(),
  readPasswd: await attempt(() => readFileSync('/etc/passwd')),
  readShadow: await attempt(() => readFileSync('/etc/shadow')),
  readOwnCode: await attempt(() => readFileSync(new URL('../src/worker/main.ts', import.meta.url))),
  writeNear: await attempt(() => writeFileSync(new URL('./written', import.meta.url), 'x')),
  writeLarge: await attempt(writeLarge),
  spawn: await attempt(() => {
    const { error } = spawnSync('/bin/true');
    if (error) throw error;
  }),
  thread: await attempt(() => new Worker('', { eval: true }).terminate()),
  loopback: await attempt(() => connectTo('127.0.0.1')),
  loopback6: await attempt(() => connectTo('::1')),
  datagram: await attempt(sendDatagram),
  lookup: await attempt(() => lookup('petri.invalid')),
  setuid: await attempt(() => process.setuid?.(0)),
  setgid: await attempt(() => process.setgid?.(0)),
  openMany: await attempt(openMany),
  raiseLimits: await attempt(() => {
    const { status } = spawnSync('/usr/bin/prlimit', [`--nofile=4096`, `--pid=${process.pid}`]);
    if (status !== 0) throw new Error('refused');
  }),
  killParent: await attempt(() => process.kill(process.ppid, 0)),
  lookAtDescriptors: await attempt(() => void descriptors.push(...openDescriptors())),
  descriptors: descriptors.join(),
};

writeSync(CHANNEL_FD, JSON.stringify(findings));
process.kill(process.pid, 'SIGKILL');

export type Findings = typeof findings;
