import {
  closeSync,
  constants,
  accessSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { failedPrecondition, PetriError } from '@petri/core';
import { primaryCode } from './failures.ts';
import { lock } from './lock.ts';
import { migrate, SCHEMA_TABLE, versionsOf } from './migrations.ts';
import type { Component, Opening } from './protocol.ts';

/** "Ptri", in the header of the file: what tells it from anybody else's database. */
const APPLICATION_ID = 0x50747269;

export type OpenFile = { database: DatabaseSync; close: () => void };

/**
 * Opens `petri.db` in the directory, creates either if it is not there, and brings its schema up to date. A file that
 * cannot be used is left as it is, to the byte.
 *
 * @throws PetriError failed_precondition DATA_DIRECTORY_UNUSABLE, DATA_DIRECTORY_IN_USE, NOT_A_PETRI_DATABASE,
 * DATABASE_TOO_NEW; data_loss DATABASE_CORRUPT
 */
export function openFile({ directory, components }: Opening): OpenFile {
  const held = prepareDirectory(directory);
  try {
    const path = join(directory, 'petri.db');
    if (existsSync(path)) check(path, components);
    else create(directory, path);
    const database = openForWriting(path, components);
    return {
      database,
      close() {
        database.close();
        held.close();
      },
    };
  } catch (thrown) {
    held.close();
    throw thrown;
  }
}

function prepareDirectory(directory: string): DatabaseSync {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 }); // genomes and states are nobody else's business
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return lock(directory);
  } catch (thrown) {
    if (thrown instanceof PetriError) throw thrown;
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    throw failedPrecondition(
      'DATA_DIRECTORY_UNUSABLE',
      `the data directory ${directory} cannot be used (${said}): it must be a directory that the node may write to`,
      { cause: thrown },
    );
  }
}

/** A file under the final name is never half-made, so an empty one is damage and not a beginning. */
function create(directory: string, path: string): void {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw corrupt(path, `${path}-wal is there without it; both belong together`, undefined);
  const unfinished = `${path}.new`;
  rmSync(unfinished, { force: true });
  const database = new DatabaseSync(unfinished);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; ${SCHEMA_TABLE}`);
  database.close();
  renameSync(unfinished, path);
  const handle = openSync(directory, constants.O_RDONLY);
  fsyncSync(handle);
  closeSync(handle);
}

/** Reads all of the file, without the right to change it: closing a writable one would move the log into the file. */
function check(path: string, components: readonly Component[]): void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const { application_id: application } = one(database, 'PRAGMA application_id');
    const { tables } = one(database, 'SELECT count(*) AS tables FROM sqlite_schema');
    if (tables === 0 && application === 0) throw corrupt(path, 'it is empty', undefined);
    if (application !== APPLICATION_ID)
      throw failedPrecondition(
        'NOT_A_PETRI_DATABASE',
        `${path} is a database of something else, and was left as it is: move it away, or choose another data directory`,
      );
    const { quick_check: verdict } = one(database, 'PRAGMA quick_check(1)');
    if (verdict !== 'ok') throw corrupt(path, String(verdict), undefined);
    refuseNewer(path, database, components);
  } catch (thrown) {
    if (thrown instanceof PetriError) throw thrown;
    throw corrupt(path, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  } finally {
    database?.close();
  }
}

function refuseNewer(path: string, database: DatabaseSync, components: readonly Component[]): void {
  for (const [name, version] of versionsOf(database)) {
    const known = components.find((component) => component.name === name)?.migrations.length ?? 0;
    if (version > known)
      throw failedPrecondition(
        'DATABASE_TOO_NEW',
        `${path} was written by a newer version of Petri (${name} has schema ${version}, this version knows ${known}), and was left as it is: run that version, or restore a backup from before`,
        { metadata: { component: name, version: String(version), known: String(known) } },
      );
  }
}

function openForWriting(path: string, components: readonly Component[]): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // FULL: a commit is on the disk before anybody hears of it. The log shrinks to 64 MiB whenever it is emptied.
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864',
    );
    migrate(database, components);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function corrupt(path: string, why: string, cause: unknown): PetriError {
  const code = primaryCode(cause);
  const kind = code === 26 ? 'is not a database, or is damaged' : 'is damaged';
  return new PetriError(
    'data_loss',
    `${path} ${kind} (${why}), and was left as it is: restore a backup, or move it away to start with nothing`,
    { reason: 'DATABASE_CORRUPT', cause },
  );
}

function one(database: DatabaseSync, sql: string): Record<string, unknown> {
  return database.prepare(sql).get() ?? {};
}
