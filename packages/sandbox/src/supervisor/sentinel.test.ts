import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { monotonicMs, PHASE, RecorderWriter } from '../recorder.ts';
import { Sentinel } from './sentinel.ts';

const linux = { skip: process.platform !== 'linux' };
const MiB = 1024 * 1024;

/** Keeps this thread busy, as a large answer does, until the process has ended or so many milliseconds have passed. */
function stallUntilEnded(pid: number, ms: number): boolean {
  const until = monotonicMs() + ms;
  while (monotonicMs() < until) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // It is not reaped while this thread is busy.
    if (stat[stat.lastIndexOf(')') + 2] === 'Z') return true;
  }
  return false;
}

suite('the sentinel', linux, () => {
  const folder = mkdtempSync(join(tmpdir(), 'petri-sentinel-'));
  after(() => rmSync(folder, { recursive: true }));

  /** A process, and what its flight recorder says it does. */
  function subject(name: string, deadlineMs: number) {
    const fd = openSync(join(folder, name), 'w+');
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
    const now = monotonicMs();
    new RecorderWriter(fd).begin(7, PHASE.guest, now, now + deadlineMs, 0);
    return { child, pid: child.pid!, fd, ended: once(child, 'exit') };
  }

  test('ends who is late while the node’s thread is busy, and nobody else', async () => {
    const sentinel = new Sentinel(2_000 * MiB);
    const late = subject('late', 100);
    const busy = subject('busy', 3_600_000);
    for (const { pid, fd } of [late, busy]) sentinel.watch(pid, fd);
    assert.ok(stallUntilEnded(late.pid, 60_000), 'it is alive');
    assert.deepEqual(sentinel.forget(late.pid), { why: 'late', taskId: 7 });
    assert.equal(sentinel.forget(busy.pid), undefined);
    await late.ended;
    assert.equal(busy.child.exitCode ?? busy.child.signalCode, null);
    busy.child.kill();
    await busy.ended;
    await sentinel.close();
  });

  test('ends who is too large', async () => {
    const sentinel = new Sentinel(MiB);
    const { pid, fd, ended } = subject('large', 3_600_000);
    sentinel.watch(pid, fd);
    assert.ok(stallUntilEnded(pid, 60_000), 'it is alive');
    assert.deepEqual(sentinel.forget(pid), { why: 'large', taskId: 7 });
    await ended;
    await sentinel.close();
  });
});
