import { Worker } from 'node:worker_threads';

/** Why the sentinel ended a process: what it did was past its deadline, or it was too large. */
export type Sentence = { why: 'late' | 'large'; taskId: number };

/** A process to look after; `sentence` is written when it is ended. */
export type Watched = { pid: number; recorderFd: number; sentence: Float64Array };

/** What is written into shared memory: why, and during which task. */
export const WHY = { none: 0, late: 1, large: 2 } as const;

/**
 * The watchdog's watchdog, in a thread of its own: whatever keeps the node's thread busy, a worker is ended that is far past
 * the deadline of what it does, or far too large. It reads flight recorders and /proc, and sends SIGKILL; nothing else.
 */
export class Sentinel {
  readonly #thread: Worker;
  readonly #sentences = new Map<number, Float64Array>();

  /** `workerBytes` is what a worker may have. */
  constructor(workerBytes: number) {
    // Without what the process loads first, such as telemetry.
    const options = { workerData: workerBytes, execArgv: [] };
    this.#thread = new Worker(new URL('./sentinel-thread.ts', import.meta.url), options);
    this.#thread.unref();
    this.#thread.on('error', (error) => process.emitWarning(`nobody watches the watchdog: ${error.message}`));
  }

  /** Looks after a process until it is told to forget it. */
  watch(pid: number, recorderFd: number): void {
    const sentence = new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT));
    this.#sentences.set(pid, sentence);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#thread.postMessage({ pid, recorderFd, sentence } satisfies Watched);
  }

  /** Answers whether it has ended the process, and why. */
  forget(pid: number): Sentence | undefined {
    const [why, taskId = 0] = this.#sentences.get(pid) ?? [];
    this.#sentences.delete(pid);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#thread.postMessage(pid);
    if (why === WHY.late) return { why: 'late', taskId };
    return why === WHY.large ? { why: 'large', taskId } : undefined;
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}
