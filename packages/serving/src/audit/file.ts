import { close, constants, open, write } from 'node:fs';
import { promisify } from 'node:util';
import { fileError } from '../auth/files.ts';

const [openFile, writeBytes, closeFile] = [promisify(open), promisify(write), promisify(close)];

const { O_APPEND, O_CREAT, O_WRONLY } = constants;
/** Names of callers and what they did are nobody else's business. */
const MODE = 0o600;
/** Lines that wait for a slow disk, in characters; what comes beyond is counted. */
const MAX_WAITING = 8 * 1024 * 1024;
const STDERR = 2;

export type AuditFileOptions = {
  /** `-` is standard error. */
  path: string;
  /** Told once that lines are being lost, and once that they are written again. */
  complain: (sentence: string) => void;
};

/** Lines appended to a file, in order, by a thread of the pool: whoever writes one never waits, nor ever fails. */
export class AuditFile {
  readonly #options: AuditFileOptions;
  #fd: number;
  #waiting: string[] = [];
  #waitingLength = 0;
  #writing: Promise<void> | undefined;
  /** The last write ended within a line. */
  #torn = false;
  #closed = false;
  /** Lines written, and lines that could not be. */
  written = 0;
  lost = 0;
  /** The last line could not be written. */
  losing = false;

  private constructor(options: AuditFileOptions, fd: number) {
    this.#options = options;
    this.#fd = fd;
  }

  /** @throws PetriError `invalid_argument` with a sentence for an operator. */
  static async open(options: AuditFileOptions): Promise<AuditFile> {
    const { path } = options;
    if (path === '-') return new AuditFile(options, STDERR);
    try {
      return new AuditFile(options, await append(path));
    } catch (thrown) {
      const { message } = thrown as Error;
      throw fileError('PETRI_AUDIT_FILE', path, `cannot be written: ${message}`, thrown);
    }
  }

  /** Never throws, never waits. */
  write(line: string): void {
    if (this.#closed) return;
    if (this.#waitingLength + line.length > MAX_WAITING) {
      this.#lose(1, 'the disk is too slow');
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    this.#writing ??= this.#drain();
  }

  /** For rotation: what comes from now on goes to a file of that name, made anew if it was moved away. */
  async reopen(): Promise<void> {
    if (this.#options.path === '-') return;
    // In turn with the writing, so that nothing is ever written to a file that is closed.
    const before = this.#writing;
    this.#writing = (async () => {
      await before;
      await this.#swap();
      await this.#drain();
    })();
    await this.#writing;
  }

  /** Resolves when all is written that can be. What comes later is left out. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#writing !== undefined) await this.#writing;
    if (this.#fd !== STDERR) await closeFile(this.#fd).catch(() => undefined);
  }

  async #swap(): Promise<void> {
    const { path, complain } = this.#options;
    try {
      const old = this.#fd;
      this.#fd = await append(path);
      this.#torn = false;
      await closeFile(old);
    } catch (thrown) {
      const { message } = thrown as Error;
      complain(`audit: ${path} cannot be opened again, the old file stays in use: ${message}`);
    }
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingLength = 0;
      await this.#append(lines);
    }
    this.#writing = undefined;
  }

  async #append(lines: readonly string[]): Promise<void> {
    // What a full disk cut in two must not spoil the next line.
    const bytes = Buffer.from((this.#torn ? '\n' : '') + lines.join(''));
    let done = 0;
    try {
      while (done < bytes.length) done += (await writeBytes(this.#fd, bytes, done)).bytesWritten;
      this.#torn = false;
      this.written += lines.length;
      if (this.losing) this.#options.complain(`audit: written again; ${this.lost} entries are lost`);
      this.losing = false;
    } catch (thrown) {
      const whole = countLines(bytes.subarray(this.#torn ? 1 : 0, done));
      if (done > 0) this.#torn = bytes[done - 1] !== NEWLINE;
      this.written += whole;
      this.#lose(lines.length - whole, (thrown as Error).message);
    }
  }

  #lose(count: number, why: string): void {
    this.lost += count;
    if (this.losing) return;
    this.losing = true;
    this.#options.complain(`audit: entries are being lost: ${why}`);
  }
}

const NEWLINE = 10;

function countLines(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === NEWLINE) count++;
  return count;
}

function append(path: string): Promise<number> {
  return openFile(path, O_APPEND | O_CREAT | O_WRONLY, MODE);
}
