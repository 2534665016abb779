/** Services as a user runs them: each a process of its own, on a port of its own. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { V8_FLAGS } from './v8-flags.ts';

/** As `npm start` does. */
const TELEMETRY = new URL('../../packages/telemetry/src/register.ts', import.meta.url).href;
const mainOf = (service: string) =>
  new URL(`../../services/${service}/src/main.ts`, import.meta.url).pathname;

/** Longer than a service lets calls in flight finish; one that needs more is killed, and the test fails. */
const STOP_MS = 30_000;

export type NodeProcess = AsyncDisposable & {
  address: string;
  child: ChildProcess;
  /** What it complained of so far. */
  complaints: () => string;
  /** Drains it. The exit code. */
  stop(): Promise<number | null>;
};

/**
 * `leaked` descriptors are open in it beyond standard ones, as a careless parent leaves them. `signal` kills it, before it
 * is ready or after.
 */
export function startNodeProcess(
  env: Record<string, string> = {},
  leaked: readonly number[] = [],
  signal?: AbortSignal,
): Promise<NodeProcess> {
  return startProcess('node', env, leaked, signal);
}

export function startCoordinatorProcess(env: Record<string, string>): Promise<NodeProcess> {
  return startProcess('coordinator', env, []);
}

async function startProcess(
  service: string,
  env: Record<string, string>,
  leaked: readonly number[],
  signal?: AbortSignal,
): Promise<NodeProcess> {
  const child = spawn(process.execPath, [...V8_FLAGS, '--import', TELEMETRY, mainOf(service), '--json'], {
    env: { PATH: process.env['PATH'] ?? '', PETRI_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...leaked],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  signal?.addEventListener('abort', () => child.kill('SIGKILL'));
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ended = once(child, 'exit');
  const ready = once(createInterface(child.stdout), 'line');
  const [line] = (await Promise.race([
    ready,
    ended.then(() => {
      throw new Error(`the ${service} ended before it was ready: ${complaints}`);
    }),
  ])) as [string];
  const { address } = JSON.parse(line) as { address: string };

  const stop = async (): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
    return child.exitCode;
  };
  return {
    address,
    child,
    complaints: () => complaints,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
