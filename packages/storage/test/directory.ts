import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that is gone when the test is done. */
export function temporaryDirectory(): Disposable & { path: string; database: string } {
  const path = mkdtempSync(join(tmpdir(), 'petri-storage-'));
  return {
    path,
    database: join(path, 'petri.db'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Of the database and its log, to the byte; a log of no bytes says nothing. Never of a database that is open. */
export function fingerprint(database: string): string {
  const hash = createHash('sha256');
  for (const path of [database, `${database}-wal`])
    hash.update('\0').update(existsSync(path) ? readFileSync(path) : '');
  return hash.digest('hex');
}
