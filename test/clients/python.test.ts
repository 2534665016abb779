import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { startNodeProcess } from '../support/node-process.ts';

// The system's own: another Python may come first in PATH, without its packages.
const PYTHON = '/usr/bin/python3';
const PROTOC = '/usr/bin/protoc';
const PLUGIN = '/usr/bin/grpc_python_plugin';

const run = promisify(execFile);
const root = new URL('../..', import.meta.url).pathname;

/** Why it cannot run here, or false. */
async function missing(): Promise<string | false> {
  try {
    await run(PYTHON, ['-c', 'import grpc, google.protobuf']);
    return false;
  } catch {
    return `${PYTHON} has no grpc (on Debian: apt install python3-grpcio python3-protobuf)`;
  }
}

/** Generates the stubs that a Python user would. */
async function generate(into: string): Promise<void> {
  const protos = globSync('proto/{petri/v1,google/rpc}/*.proto', { cwd: root });
  await run(
    PROTOC,
    [
      '-Iproto',
      `--plugin=protoc-gen-grpc_python=${PLUGIN}`,
      `--python_out=${into}`,
      `--grpc_python_out=${into}`,
      ...protos,
    ],
    { cwd: root },
  );
}

const skip = await missing();

suite('a Python client', () => {
  test('creates, reloads, runs and streams a batch', { skip }, async () => {
    const stubs = await mkdtemp(join(tmpdir(), 'petri-python-'));
    try {
      await generate(stubs);
      await using node = await startNodeProcess({ PETRI_WORKERS: '1' });
      const script = new URL('python/client.py', import.meta.url).pathname;
      const { stdout } = await run(PYTHON, ['-B', script, node.address], {
        env: { PYTHONPATH: stubs },
        timeout: 60_000,
      });
      assert.match(stdout, /^all is well$/m);
      assert.equal(await node.stop(), 0, node.complaints());
      assert.equal(node.complaints(), '');
    } finally {
      await rm(stubs, { recursive: true, force: true });
    }
  });
});
