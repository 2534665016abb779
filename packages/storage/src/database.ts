import { Worker } from 'node:worker_threads';
import { unavailable } from '@petri/core';
import { fromFailure } from './failures.ts';
import type { Failure, Opening, Reply, Request, Row, SqlValue, Write } from './protocol.ts';

/** One SQLite file that belongs to this process. Closing it is the caller's part. */
export interface Database extends AsyncDisposable {
  /**
   * Resolves when the write is on the disk; all that is asked for while the disk is busy shares the next commit. Writes
   * happen in the order they were asked for.
   *
   * @throws PetriError resource_exhausted DISK_FULL, unavailable STORAGE_FAILED or STORAGE_CLOSED, data_loss
   * DATABASE_CORRUPT, internal STORAGE_ERROR; nothing of the write has happened then
   */
  write(write: Write): Promise<void>;
  /** All rows, after every write asked for before. @throws PetriError as `write` */
  read(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /** After what was asked for before. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens `petri.db` in a directory, for this process alone, with the tables of these components.
 *
 * @throws PetriError failed_precondition DATA_DIRECTORY_UNUSABLE, DATA_DIRECTORY_IN_USE, NOT_A_PETRI_DATABASE or
 * DATABASE_TOO_NEW; data_loss DATABASE_CORRUPT. What cannot be used is left as it is.
 */
export async function openDatabase(opening: Opening): Promise<Database> {
  // Without what the process loads first, such as telemetry.
  const options = { workerData: opening, execArgv: [] };
  const thread = new Worker(new URL('./thread.ts', import.meta.url), options);
  const database = new ThreadDatabase(thread);
  await database.ready;
  return database;
}

type Waiting = { resolve: (reply: Reply) => void; reject: (error: unknown) => void };
type WaitingWrite = { write: Write; resolve: () => void; reject: (error: unknown) => void };

class ThreadDatabase implements Database {
  readonly #thread: Worker;
  readonly ready: Promise<unknown>;
  /** Oldest first. */
  readonly #waiting: Waiting[] = [];
  /** Asked for, and not sent. */
  #writes: WaitingWrite[] = [];
  #writing = false;
  /** Settles with the last write asked for, and so with all of them. */
  #last: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #gone: Error | undefined;

  constructor(thread: Worker) {
    this.#thread = thread;
    thread.on('message', (reply: Reply) => this.#replied(reply));
    thread.on('error', (cause) =>
      this.#ended(unavailable('STORAGE_FAILED', 'the storage failed', { cause })),
    );
    thread.on('exit', () => this.#ended(closedError()));
    this.ready = this.#next();
  }

  write(write: Write): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const written = new Promise<void>((resolve, reject) => {
      this.#writes.push({ write, resolve, reject });
      // Whatever else this turn of the event loop asks for goes along.
      if (!this.#writing) setImmediate(() => this.#send());
      this.#writing = true;
    });
    this.#last = written.catch(() => undefined);
    return written;
  }

  async read(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    if (this.#closing !== undefined) throw closedError();
    await this.#last;
    const reply = await this.#ask({ kind: 'read', statement: { sql, params } });
    return reply.kind === 'rows' ? reply.rows : [];
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#last;
    if (this.#gone === undefined) await this.#ask({ kind: 'close' });
    await this.#thread.terminate();
  }

  #send(): void {
    const sent = this.#writes;
    this.#writes = [];
    if (sent.length === 0) {
      this.#writing = false;
      return;
    }
    this.#ask({ kind: 'write', writes: sent.map(({ write }) => write) }).then(
      (reply) => {
        if (reply.kind === 'written') this.#settle(sent, reply.failures);
        this.#send();
      },
      (thrown: unknown) => {
        for (const { reject } of sent) reject(thrown);
        this.#send();
      },
    );
  }

  #settle(sent: readonly WaitingWrite[], failures: readonly (Failure | undefined)[]): void {
    const failed = new Map<string, Failure>();
    for (const [index, { write, resolve, reject }] of sent.entries()) {
      const failure = failures[index];
      if (failure === undefined) resolve();
      else {
        reject(fromFailure(failure));
        if (write.key !== undefined) failed.set(write.key, failure);
      }
    }
    if (failed.size === 0) return;
    this.#writes = this.#writes.filter(({ write, reject }) => {
      const failure = write.key === undefined ? undefined : failed.get(write.key);
      if (failure !== undefined) reject(fromFailure(failure));
      return failure === undefined;
    });
  }

  #ask(request: Request): Promise<Reply> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#thread.postMessage(request);
    return this.#next();
  }

  #next(): Promise<Reply> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #replied(reply: Reply): void {
    const waiting = this.#waiting.shift();
    if (reply.kind === 'failed') waiting?.reject(fromFailure(reply.failure));
    else waiting?.resolve(reply);
  }

  #ended(why: Error): void {
    this.#gone ??= why;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#gone);
  }
}

function closedError(): Error {
  return unavailable('STORAGE_CLOSED', 'the node is closing');
}
