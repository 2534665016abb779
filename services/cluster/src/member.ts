import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Program } from './program.ts';

/** A busy machine may need many times the second that it takes. */
const START_MS = 60_000;
/** Longer than a node lets calls in flight finish. */
const STOP_MS = 30_000;
/** Before a process that died is started again, and how often in a row that may fail. */
const AGAIN_MS = 500;
const TRIES = 5;

export type MemberEvents = {
  /** A line that it printed. */
  onLine: (line: string) => void;
  /** It died unasked, and is started again. */
  onDeath: (how: string) => void;
  /** It is back. */
  onReturn: () => void;
  /** It died unasked, and does not start any more. */
  onLoss: (thrown: unknown) => void;
};

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** A process of the cluster that is started again when it dies. */
export class Member {
  readonly #program: (address: string | undefined) => Program;
  readonly #events: MemberEvents;
  #child: Child | undefined;
  #address: string | undefined;
  #stopping = false;

  /** `program` is told the address that it had before, once it had one. */
  constructor(program: (address: string | undefined) => Program, events: MemberEvents) {
    this.#program = program;
    this.#events = events;
  }

  /** Such as "127.0.0.1:50051"; the same after a restart. */
  get address(): string {
    if (this.#address === undefined) throw new Error('it was not started');
    return this.#address;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves once it is ready. @throws Error that says how it ended before. */
  async start(): Promise<void> {
    const child = this.#spawn();
    const ended = once(child, 'close');
    try {
      this.#address = await this.#ready(child, ended);
    } catch (thrown) {
      endGroup(child);
      throw thrown;
    }
    void ended.then(() => this.#onEnd(child));
  }

  /** Asks it to end, and ends it if it does not. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || isOver(child)) return;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  /** Ends it at once, and whatever it started. */
  kill(): void {
    this.#stopping = true;
    if (this.#child) endGroup(this.#child);
  }

  #spawn(): Child {
    const { command, args, env } = this.#program(this.#address);
    // In a group of its own: Ctrl-C is for the cluster, which ends the processes in order.
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { env, stdio, detached: true });
    this.#child = child;
    return child;
  }

  async #ready(child: Child, ended: Promise<unknown[]>): Promise<string> {
    const { addressIn, shows } = this.#program(this.#address);
    const ready = Promise.withResolvers<string>();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        const address = addressIn(line);
        if (address !== undefined) ready.resolve(address);
        else if (shows(line)) this.#events.onLine(line);
      });
    }
    child.once('error', (error) => ready.reject(error));
    ended.then(
      () => ready.reject(new Error(`it ${howItEnded(child)} before it was ready`)),
      () => undefined,
    );
    const timer = setTimeout(() => ready.reject(new Error(`it was not ready in ${START_MS} ms`)), START_MS);
    try {
      return await ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #onEnd(child: Child): void {
    if (this.#stopping) return;
    this.#events.onDeath(howItEnded(child));
    this.#revive().then(
      () => !this.#stopping && this.#events.onReturn(),
      (thrown) => !this.#stopping && this.#events.onLoss(thrown),
    );
  }

  async #revive(): Promise<void> {
    for (let tries = 1; !this.#stopping; tries++) {
      await pause(AGAIN_MS);
      if (this.#stopping) return;
      try {
        return await this.start();
      } catch (thrown) {
        if (tries >= TRIES) throw thrown;
      }
    }
  }
}

function endGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

function isOver({ exitCode, signalCode }: Child): boolean {
  return exitCode !== null || signalCode !== null;
}

function howItEnded({ exitCode, signalCode }: Child): string {
  return signalCode === null ? `ended with status ${exitCode}` : `was ended by ${signalCode}`;
}
