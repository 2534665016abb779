import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PetriError, resourceExhausted, unavailable } from '@petri/core';
import { FileCheck } from './file-check.ts';

/** Each may take as much of the disk as a checkpoint may have. */
const AT_ONCE = 4;
const BUFFER_BYTES = 1024 * 1024;

export type SpoolOptions = {
  /** Where checkpoints wait on the disk until all of them is there and was checked. */
  directory: string;
  /** Of one checkpoint. */
  maxBytes: number;
};

/** Takes checkpoints in, so that none is held in memory and nothing is done before all of it is known. */
export class Spools {
  readonly #options: SpoolOptions;
  #open = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** @throws PetriError `resource_exhausted`, reason CHECKPOINTS_BUSY, DISK_FULL; `unavailable`, reason SPOOL_FAILED */
  async open(): Promise<Spool> {
    if (this.#open >= AT_ONCE)
      throw resourceExhausted('CHECKPOINTS_BUSY', `at most ${AT_ONCE} checkpoints are imported at once`, {
        retryAfterMs: 1000,
      });
    this.#open++;
    const leave = () => void this.#open--;
    try {
      return new Spool(await nameless(this.#options.directory), this.#options.maxBytes, leave);
    } catch (thrown) {
      leave();
      throw thrown;
    }
  }
}

/** One checkpoint on the disk. */
export class Spool implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #maxBytes: number;
  readonly #onClosed: () => void;
  readonly #check = new FileCheck();
  #bytes = 0;

  constructor(file: FileHandle, maxBytes: number, onClosed: () => void) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#onClosed = onClosed;
  }

  /** @throws PetriError as `FileCheck.update`; `resource_exhausted`, reason CHECKPOINT_TOO_LARGE or DISK_FULL */
  async write(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes)
      throw resourceExhausted(
        'CHECKPOINT_TOO_LARGE',
        `the checkpoint has more than ${this.#maxBytes} bytes, which is all that this node takes (PETRI_MAX_CHECKPOINT_BYTES)`,
      );
    this.#check.update(chunk);
    await onDisk(() => this.#file.writeFile(chunk));
  }

  /** Nothing more comes. @returns the checksum. @throws PetriError unless that was a whole checkpoint. */
  end(): string {
    return this.#check.end();
  }

  /** The file from its beginning; as often as needed, one at a time. */
  async *read(): AsyncGenerator<Buffer, void, void> {
    for (let position = 0; position < this.#bytes;) {
      const buffer = Buffer.alloc(Math.min(BUFFER_BYTES, this.#bytes - position));
      const { bytesRead } = await onDisk(() => this.#file.read({ buffer, position }));
      if (bytesRead === 0) throw unavailable('SPOOL_FAILED', 'a file of this node was cut short');
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    this.#onClosed();
  }
}

/** A file that is gone when it is closed, however the node ends. */
async function nameless(directory: string): Promise<FileHandle> {
  const path = join(directory, `petri-checkpoint-${randomUUID()}`);
  const file = await onDisk(() => open(path, 'wx+', 0o600));
  try {
    await onDisk(() => unlink(path));
    return file;
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof PetriError) throw thrown;
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw resourceExhausted('DISK_FULL', 'the disk is full: free some space and try again', {
        cause: thrown,
      });
    throw unavailable('SPOOL_FAILED', `a checkpoint cannot be written to the disk: ${message}`, {
      cause: thrown,
    });
  }
}
