import { open } from 'node:fs/promises';
import { PetriError } from '@petri/core';

/** Whoever owns neither the file nor its group: read and write. */
const OTHERS = 0o006;

/** An error about a variable and the file that it names. */
export function fileError(variable: string, path: string, problem: string, cause?: unknown): PetriError {
  const violations = [{ field: variable, description: `${path} ${problem}` }];
  const reason = 'INVALID_CONFIGURATION';
  return new PetriError('invalid_argument', `${variable}: ${path} ${problem}`, { reason, violations, cause });
}

/** @throws PetriError `invalid_argument` that names the variable, the file and what is wrong. */
export function readConfigured(variable: string, path: string): Promise<Buffer> {
  return read(variable, path, false);
}

/** The same for a file that nobody else may see. */
export function readSecret(variable: string, path: string): Promise<Buffer> {
  return read(variable, path, true);
}

async function read(variable: string, path: string, secret: boolean): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    // Asked of the open file: what is read is what was looked at.
    const { mode } = await file.stat();
    if (secret && (mode & OTHERS) !== 0) {
      const bits = (mode & 0o777).toString(8);
      throw fileError(variable, path, `is open to every user of this machine (mode ${bits}): chmod o-rw it`);
    }
    return await file.readFile();
  } catch (thrown) {
    if (thrown instanceof PetriError) throw thrown;
    throw fileError(variable, path, problemOf(thrown as NodeJS.ErrnoException), thrown);
  }
}

function problemOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a directory';
  return `cannot be read: ${message}`;
}
