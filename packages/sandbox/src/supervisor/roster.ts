import { monotonicMs } from '../recorder.ts';
import type { WorkerOptions } from './launch.ts';
import type { Sentinel } from './sentinel.ts';
import { WorkerProcess } from './worker-process.ts';

const ATTEMPTS = 5;
// A worker that is stopped while it starts (SIGSTOP) would be waited for in vain; so would one that hangs.
const LOOK_MS = 500;
const START_MS = 30_000;
// Starting one takes the processors from sandboxes that the lost one had: those are built again first.
const REFILL_AFTER_MS = 50;
// Where none can be started, the next attempt waits for so long.
const RETRY_MS = 1_000;

/** Makes workers, and keeps some ready: forking one takes long, taking one does not. */
export class Roster {
  readonly #options: WorkerOptions;
  readonly #sentinel: Sentinel;
  readonly #size: number;
  readonly #waiting: WorkerProcess[] = [];
  readonly #starting = new Set<WorkerProcess>();
  #making = 0;
  #closed = false;

  constructor(size: number, options: WorkerOptions, sentinel: Sentinel) {
    this.#size = size;
    this.#options = options;
    this.#sentinel = sentinel;
  }

  get waiting(): readonly WorkerProcess[] {
    return this.#waiting;
  }

  /**
   * A ready worker, warm if there is one; the caller owns it.
   *
   * @throws Error, when several in a row end before they are ready
   */
  async take(): Promise<WorkerProcess> {
    // When several end at once, one may be asked for before it is known here which of those that wait are gone, too.
    for (let worker = this.#waiting.shift(); worker !== undefined; worker = this.#waiting.shift()) {
      setTimeout(() => this.fill(), REFILL_AFTER_MS).unref();
      if (!worker.ended) return worker;
    }
    return this.#make();
  }

  /** Replaces what was taken, in the background. */
  fill(): void {
    if (this.#closed || this.#waiting.length + this.#making >= this.#size) return;
    this.#making++;
    this.#make()
      .then((worker) => {
        if (this.#closed) return worker.kill();
        this.#waiting.push(worker);
        void worker.exited.then(() => this.#lost(worker));
        return undefined;
      })
      .then(
        () => this.#made(),
        (thrown: unknown) => {
          if (!this.#closed) process.emitWarning(String(thrown));
          setTimeout(() => this.#made(), RETRY_MS).unref();
        },
      );
  }

  #made(): void {
    this.#making--;
    this.fill();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#waiting, ...this.#starting].map((worker) => worker.kill()));
  }

  #lost(worker: WorkerProcess): void {
    const at = this.#waiting.indexOf(worker);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    this.fill();
  }

  async #make(): Promise<WorkerProcess> {
    for (let attempt = 1; ; attempt++) {
      const worker = new WorkerProcess(this.#options, this.#sentinel);
      this.#starting.add(worker);
      const patience = watchStart(worker);
      try {
        await worker.ready;
        return worker;
      } catch (thrown) {
        if (attempt === ATTEMPTS || this.#closed) throw thrown;
      } finally {
        clearInterval(patience);
        this.#starting.delete(worker);
      }
    }
  }
}

/** Ends a worker that won't become ready, so that another is tried. */
function watchStart(worker: WorkerProcess): NodeJS.Timeout {
  const startedAt = monotonicMs();
  return setInterval(() => {
    if (monotonicMs() - startedAt > START_MS || worker.sample()?.stopped === true) void worker.kill();
  }, LOOK_MS);
}
