import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Echo, startEcho } from '../test/echo.ts';
import { serveReflection } from './reflection.ts';
import { SandboxService } from './v1.ts';

test('a command-line client learns the services and calls one without the proto files', async () => {
  await using echo = await startEcho();
  serveReflection(echo.server, [Echo, SandboxService]);
  const curl = (...args: string[]) =>
    promisify(execFile)('buf', ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args]);
  const url = `http://${echo.address}`;
  const { stdout: services } = await curl('--list-services', url);
  assert.deepEqual(services.trim().split('\n').sort(), [
    'grpc.health.v1.Health',
    'petri.test.Echo',
    'petri.v1.SandboxService',
  ]);
  const { stdout: answer } = await curl('-d', '"hello"', `${url}/petri.test.Echo/Say`);
  assert.equal(answer.trim(), '"hello"');
});
