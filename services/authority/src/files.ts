import { randomUUID } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const SECRET = 0o600;
/** For what everybody may know, such as what a signature vouches for. */
export const PUBLIC = 0o444;

/** Writes all of it or nothing. A link that somebody put there is replaced, not followed. */
export function writeWhole(path: string, content: string | Uint8Array, mode: number): void {
  const made = join(dirname(path), `.${randomUUID()}`);
  writeFileSync(made, content, { mode, flag: 'wx' });
  renameSync(made, path);
}

/** Reads a file of others: no link, nothing that is not a file, and no more than so many bytes. Undefined if it is not there. */
export function readShort(path: string, bytes: number): string | undefined {
  const descriptor = unlessAbsent(() =>
    openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
  );
  if (descriptor === undefined) return undefined;
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('is no file');
    const buffer = Buffer.alloc(bytes + 1);
    const read = readSync(descriptor, buffer);
    if (read > bytes) throw new Error(`has more than ${bytes} bytes`);
    return buffer.toString('utf8', 0, read);
  } finally {
    closeSync(descriptor);
  }
}

function unlessAbsent<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}
