import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { V8_FLAGS } from './v8-flags.ts';

/** The node of this repository, started as a user would start it. */
const ENTRY = fileURLToPath(new URL('../../../../services/node/src/main.ts', import.meta.url));
/** Starting takes under a second; a machine that swaps may need many. */
const START_TIMEOUT_MS = 30_000;
/** Nothing is in flight any more when a node is stopped, so draining is quick. */
const STOP_TIMEOUT_MS = 5_000;

export interface NodeProcessOptions {
  /** Arguments to this Node.js: a script and its own. Default: the repository's node. */
  readonly args?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly startTimeoutMs?: number;
}

/** A Petri node as a child process, ended when disposed of. */
export class NodeProcess implements AsyncDisposable {
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
    // However this process ends, it leaves no node behind.
    process.once('exit', this.#kill);
  }

  /** Resolves once the node says, in its first line, where it serves. */
  static async start({ args, env, startTimeoutMs }: NodeProcessOptions): Promise<NodeProcess> {
    const child = spawn(process.execPath, [...(args ?? [...V8_FLAGS, ENTRY, '--json'])], {
      env: { ...env, PETRI_HOST: '127.0.0.1', PETRI_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      return new NodeProcess(child, await readAddress(child, startTimeoutMs ?? START_TIMEOUT_MS));
    } catch (error) {
      await end(child);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill);
    await end(this.#child);
  }
}

async function readAddress(child: ChildProcess, timeoutMs: number): Promise<string> {
  let complaint = '';
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (complaint = (complaint + text).slice(-4000)));
  const ended = new AbortController();
  const timeout = setTimeout(() => ended.abort(new Error(`no ready line within ${timeoutMs} ms`)), timeoutMs);
  child.once('error', (error) => ended.abort(error));
  child.once('close', (code, signal) =>
    ended.abort(new Error(`it ended with ${signal ?? `status ${code}`}`)),
  );
  try {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const [line] = (await once(lines, 'line', { signal: ended.signal })) as [string];
    return parseAddress(line);
  } catch (error) {
    const reason = (ended.signal.aborted ? ended.signal.reason : error) as Error;
    throw new Error(`the node did not start: ${reason.message}\n${complaint}`.trimEnd(), {
      cause: error,
    });
  } finally {
    clearTimeout(timeout);
  }
}

function parseAddress(line: string): string {
  try {
    const { address } = JSON.parse(line) as { address?: unknown };
    if (typeof address === 'string') return address;
  } catch {
    // Falls through to the complaint: a line that is not JSON.
  }
  throw new Error(`its first line is no address: ${line}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const timeout = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await closed;
  clearTimeout(timeout);
}
