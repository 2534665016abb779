import { readFile, stat } from 'node:fs/promises';
import { readTable } from './table.ts';
import type { Table } from './table.ts';
import { DataError } from './violation.ts';

/** Larger files are a mistake more often than a data set that a population can be judged on. */
const MAX_BYTES = 100 * 2 ** 20;

/** Loads a table from a UTF-8 file. Throws `DataError` for whatever makes the file unusable. */
export async function loadTable(path: string, target: string): Promise<Table> {
  return readTable(path, await readText(path), target);
}

async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new DataError(path, [{ message: 'is not UTF-8 text; save it as CSV in UTF-8' }]);
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_BYTES) return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message =
      code === 'ENOENT' ? 'there is no such file' : `it could not be read (${code ?? String(error)})`;
    throw new DataError(path, [{ message }]);
  }
  throw new DataError(path, [{ message: `is larger than ${MAX_BYTES / 2 ** 20} MB` }]);
}
