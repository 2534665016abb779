import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { frame, readFrames } from '../frames.ts';
import type { FromWorker, ToWorker } from '../protocol.ts';
import { type Entry, monotonicMs, RecorderReader } from '../recorder.ts';
import type { Protection } from '../api/status.ts';
import { protectionsOf } from './confinement/protections.ts';
import { type WorkerOptions, workerCommand } from './launch.ts';
import { Output } from './output.ts';
import type { Sentence, Sentinel } from './sentinel.ts';
import { type ProcessSample, sampleProcess } from './proc-stat.ts';

/** How a worker process ended. */
export type WorkerExit = {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  /** Of the sentinel, if it was that which ended it. */
  sentence: Sentence | undefined;
};

export type WorkerEvents = {
  message: (message: FromWorker) => void;
  exit: (exit: WorkerExit) => void;
};

/** One child process that runs guest code. It is trusted with nothing, and ended by SIGKILL alone. */
export class WorkerProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #recorderFd: number;
  readonly #recorder: RecorderReader;
  #events: WorkerEvents | undefined;
  #exit: WorkerExit | undefined;
  readonly #output = new Output();
  #protections: readonly Protection[] | undefined;
  readonly ready: Promise<void>;
  readonly exited: Promise<WorkerExit>;

  /** Who looks after it when nobody else can; gone if the thread is. */
  readonly #sentinel: Sentinel;

  constructor(options: WorkerOptions, sentinel: Sentinel) {
    this.#sentinel = sentinel;
    this.#recorderFd = openRecorder();
    this.#recorder = new RecorderReader(this.#recorderFd);
    const { hidden } = options.confinement;
    this.#child = spawnConfined(workerCommand(options), this.#recorderFd, hidden, options.script);
    this.pid = this.#child.pid ?? 0;
    if (this.pid !== 0) sentinel.watch(this.pid, this.#recorderFd);
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#channel.on('error', () => {}); // the exit tells
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#output.add(chunk.toString(), monotonicMs());
    });
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    this.ready = ready;
    readFrames(this.#channel, (messages) => {
      for (const message of messages as FromWorker[])
        if (message.kind === 'ready') resolve();
        else this.#events?.message(message);
    });
    this.exited = new Promise((exited) => {
      // 'close' comes after the last output; 'error' if the process could not be started at all.
      this.#child.once('error', (error) => {
        this.#output.add(error.message, monotonicMs());
        if (this.pid === 0) exited(this.#ended(null, null));
      });
      this.#child.once('close', (code, signal) => exited(this.#ended(code, signal)));
    });
    void this.exited.then(({ stderr }) => {
      reject(new Error(`a worker process ended before it was ready: ${stderr.trim() || 'no output'}`));
    });
    ready.catch(() => {}); // whoever waits for it is told
  }

  /** Whether the process is known to be gone. */
  get ended(): boolean {
    return this.#exit !== undefined;
  }

  /** Once, when the process is put to use. */
  attach(events: WorkerEvents): void {
    this.#events = events;
    if (this.#exit !== undefined) events.exit(this.#exit);
  }

  send(messages: ToWorker[]): void {
    if (this.#channel.writable) this.#channel.write(frame(messages));
  }

  /** Bytes on their way to the worker. */
  get unsentBytes(): number {
    return this.#channel.writableLength;
  }

  /** What it does at the moment, or did when it ended. */
  doing(): Entry {
    return this.#recorder.read();
  }

  /** What it has printed since then, by the monotonic clock. */
  printedSince(time: number): string {
    return this.#output.since(time);
  }

  /** Under what it runs; read once, when somebody asks. */
  get protections(): readonly Protection[] {
    return (this.#protections ??= protectionsOf(this.pid));
  }

  sample(): ProcessSample | undefined {
    return sampleProcess(this.pid);
  }

  /** Resolves when the process is gone. Idempotent. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): WorkerExit {
    const sentence = this.#sentinel.forget(this.pid);
    this.#exit = { code, signal, stderr: this.#output.since(), sentence };
    this.#events?.exit(this.#exit);
    closeSync(this.#recorderFd);
    return this.#exit;
  }
}

/**
 * What it gets is what the protocol has: its script, if any, on standard input, and standard error, the channel, the flight
 * recorder. Its environment is empty.
 */
export function spawnConfined(
  { command, args }: { command: string; args: string[] },
  recorderFd: number,
  hidden: readonly number[],
  script?: string,
): ChildProcess {
  const nothing = openSync('/dev/null', 'r');
  const input = script === undefined ? 'ignore' : 'pipe';
  const stdio: ('ignore' | 'pipe' | number)[] = [input, 'ignore', 'pipe', 'pipe', recorderFd];
  // A descriptor that is left out here would be inherited.
  for (const fd of hidden) {
    while (stdio.length <= fd) stdio.push('ignore');
    stdio[fd] = nothing;
  }
  try {
    const child = spawn(command, args, { stdio, env: {} });
    child.stdin?.on('error', () => {}); // the exit tells
    child.stdin?.end(script);
    return child;
  } finally {
    closeSync(nothing);
  }
}

/** A file that no name leads to; in memory where the system has such a place. */
function openRecorder(): number {
  const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const path = join(folder, `petri-${process.pid}-${randomUUID()}`);
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return fd;
}
