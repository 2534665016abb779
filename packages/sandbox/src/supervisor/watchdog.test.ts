import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { monotonicMs, PHASE, RecorderReader, RecorderWriter } from '../recorder.ts';
import { Lane, type Verdict } from './lane.ts';
import { sampleProcess } from './proc-stat.ts';
import { Watchdog } from './watchdog.ts';
import type { WorkerProcess } from './worker-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'petri-watchdog-'));
after(() => rmSync(folder, { recursive: true }));

/**
 * A lane whose process and flight recorder are real, and in a state that a worker is in for microseconds only: its answers are
 * out, and its next slice has not begun.
 */
async function laneBetweenTasks() {
  const child = spawn('sleep', ['1000']);
  after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const fd = openSync(join(folder, 'recorder'), 'w+');
  const now = monotonicMs();
  new RecorderWriter(fd).begin(7, PHASE.guest, now, now + 60_000, 0);
  const recorder = new RecorderReader(fd);
  const worker = { doing: () => recorder.read(), sample: () => sampleProcess(child.pid!) };
  const nothing = () => {};
  const lane = new Lane(worker as WorkerProcess, undefined, {
    answered: nothing,
    lost: nothing,
    room: nothing,
  });
  return { child, lane };
}

test('a worker stopped just after it has answered is ended, so that what waits there goes elsewhere', async () => {
  const { child, lane } = await laneBetweenTasks();
  child.kill('SIGSTOP');
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  const watchdog = new Watchdog(() => [lane], Number.POSITIVE_INFINITY, {
    crowded: () => assert.fail(),
    held: () => assert.fail(),
    released: () => assert.fail(),
    condemned: (_, verdict) => resolve(verdict),
  });
  after(() => watchdog.stop());
  watchdog.wake();
  const { job, reason } = await promise;
  assert.equal(job, undefined);
  assert.match(reason, /stopped from outside/);
});
