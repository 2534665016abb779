import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { readFrames } from '../frames.ts';
import { workerCommand } from '../supervisor/launch.ts';
import { workerScript } from '../supervisor/worker-script.ts';

const SECRET = '/etc/hostname';
const OPTIONS = { warmRealms: 0, warmBytes: 0, capacity: 1, wasmPages: 2_048 };
const linux = { skip: process.platform === 'linux' ? false : 'there is no /proc' };

test('a worker keeps no file that was open where it was started', linux, async (context) => {
  const recorder = join(tmpdir(), `petri-inherited-${process.pid}`);
  const [recorderFd, secret] = [openSync(recorder, 'w+'), openSync(SECRET, 'r')];
  const { command, args } = workerCommand({ ...OPTIONS, confinement: { commands: [], hidden: [] } });
  const secrets = Array.from({ length: 60 }, () => secret);
  const stdio = ['pipe', 'ignore', 'inherit', 'pipe', recorderFd, ...secrets] as const;
  const worker = spawn(command, args, { stdio: [...stdio], env: {} });
  context.after(() => {
    worker.kill('SIGKILL');
    for (const fd of [recorderFd, secret]) closeSync(fd);
    rmSync(recorder);
  });
  worker.stdin!.end(await workerScript());
  const [ready] = await new Promise<unknown[]>((resolve) =>
    readFrames(worker.stdio[3] as Duplex, (messages) => resolve(messages as unknown[])),
  );
  assert.deepEqual(ready, { kind: 'ready' });
  const folder = `/proc/${worker.pid}/fd`;
  const open = readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(join(folder, fd))];
    } catch {
      return []; // closed meanwhile
    }
  });
  assert.ok(open.includes(recorder));
  assert.ok(!open.includes(SECRET), open.join(', '));
});
