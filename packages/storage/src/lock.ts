import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { failedPrecondition } from '@petri/core';
import { primaryCode } from './failures.ts';

const BUSY = 5;

/**
 * Takes the data directory for this process. The lock is SQLite's own on an empty file: Node has no flock, and this one
 * the kernel lets go of however the process ends. It is apart from the database so that backups may read that.
 *
 * @throws PetriError failed_precondition DATA_DIRECTORY_IN_USE
 */
export function lock(directory: string): DatabaseSync {
  const held = new DatabaseSync(join(directory, 'petri.lock'), { timeout: 0 });
  try {
    held.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return held;
  } catch (thrown) {
    held.close();
    if (primaryCode(thrown) !== BUSY) throw thrown;
    throw failedPrecondition(
      'DATA_DIRECTORY_IN_USE',
      `another node is using ${directory}: stop it, or give this one a directory of its own`,
    );
  }
}
