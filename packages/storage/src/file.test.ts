import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite, test } from 'node:test';
import { fingerprint, temporaryDirectory } from '../test/directory.ts';
import { openDatabase } from './database.ts';
import type { Component } from './protocol.ts';

const FIRST = 'CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT';
const SECOND = "ALTER TABLE note ADD COLUMN author TEXT NOT NULL DEFAULT 'nobody'";
const V1: Component[] = [{ name: 'notes', migrations: [FIRST] }];
const V2: Component[] = [{ name: 'notes', migrations: [FIRST, SECOND] }];

/** A database with a hundred notes of 1,000 characters, closed. */
async function filled(directory: string, components = V1): Promise<void> {
  await using database = await openDatabase({ directory, components });
  for (let id = 0; id < 100; id++)
    void database.write({
      statements: [{ sql: 'INSERT INTO note (text) VALUES (?)', params: ['x'.repeat(1_000)] }],
    });
  await database.close();
}

/** Opening is refused, and has changed nothing. */
async function refused(
  directory: string,
  components: Component[],
  reason: string,
  says: RegExp,
): Promise<void> {
  const path = join(directory, 'petri.db');
  const before = fingerprint(path);
  await assert.rejects(openDatabase({ directory, components }), (error: Error & { reason?: string }) => {
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, says);
    return true;
  });
  assert.equal(fingerprint(path), before);
}

suite('a file that cannot be used is refused, and left as it was:', () => {
  test('no database at all', async () => {
    using directory = temporaryDirectory();
    writeFileSync(directory.database, 'This is a shopping list.\n'.repeat(1_000));
    await refused(directory.path, V1, 'DATABASE_CORRUPT', /is not a database.*restore a backup/);
  });

  test("somebody else's database", async () => {
    using directory = temporaryDirectory();
    const other = new DatabaseSync(directory.database);
    other.exec('CREATE TABLE theirs (a)');
    other.close();
    await refused(directory.path, V1, 'NOT_A_PETRI_DATABASE', /another data directory/);
  });

  test('an empty file', async () => {
    using directory = temporaryDirectory();
    writeFileSync(directory.database, '');
    await refused(directory.path, V1, 'DATABASE_CORRUPT', /restore a backup/);
  });

  test('a truncated one', async () => {
    using directory = temporaryDirectory();
    await filled(directory.path);
    truncateSync(directory.database, 40_000);
    await refused(directory.path, V1, 'DATABASE_CORRUPT', /restore a backup/);
  });

  test('a page overwritten', async () => {
    using directory = temporaryDirectory();
    await filled(directory.path);
    const handle = openSync(directory.database, 'r+');
    writeSync(handle, Buffer.alloc(4_096, 0xa5), 0, 4_096, 3 * 4_096);
    closeSync(handle);
    await refused(directory.path, V1, 'DATABASE_CORRUPT', /restore a backup/);
  });

  test('a log without its database', async () => {
    using directory = temporaryDirectory();
    writeFileSync(`${directory.database}-wal`, 'log');
    await refused(directory.path, V1, 'DATABASE_CORRUPT', /both belong together/);
  });

  test('a newer schema', async () => {
    using directory = temporaryDirectory();
    await filled(directory.path, V2);
    await refused(directory.path, V1, 'DATABASE_TOO_NEW', /schema 2, this version knows 1/);
  });

  test('a component that this version does not know', async () => {
    using directory = temporaryDirectory();
    await filled(directory.path, V2);
    await refused(directory.path, [], 'DATABASE_TOO_NEW', /notes has schema 2, this version knows 0/);
  });

  test('a newer schema that is still in the log, as a node that was killed leaves it', async () => {
    using killed = temporaryDirectory();
    using directory = temporaryDirectory();
    await filled(killed.path, V1);
    await using running = await openDatabase({ directory: killed.path, components: V2 });
    for (const end of ['', '-wal']) copyFileSync(killed.database + end, directory.database + end);
    await running.close();
    assert.ok(existsSync(`${directory.database}-wal`));
    await refused(directory.path, V1, 'DATABASE_TOO_NEW', /schema 2/);
    await using newer = await openDatabase({ directory: directory.path, components: V2 });
    const [row] = await newer.read('SELECT count(*) AS notes FROM note');
    assert.equal(row?.['notes'], 100);
  });
});

suite('a data directory', () => {
  test('is made where there is none, for its owner alone', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'a', 'b');
    await using database = await openDatabase({ directory: path, components: V1 });
    assert.deepEqual(readdirSync(path).sort(), ['petri.db', 'petri.db-shm', 'petri.db-wal', 'petri.lock']);
    await database.close();
    assert.deepEqual(readdirSync(path).sort(), ['petri.db', 'petri.lock']);
  });

  test('serves one at a time, and the next when that is closed', async () => {
    using directory = temporaryDirectory();
    const opening = { directory: directory.path, components: V1 };
    await using first = await openDatabase(opening);
    await assert.rejects(openDatabase(opening), {
      code: 'failed_precondition',
      reason: 'DATA_DIRECTORY_IN_USE',
      message: `another node is using ${directory.path}: stop it, or give this one a directory of its own`,
    });
    await first.write({ statements: [{ sql: "INSERT INTO note (text) VALUES ('still there')" }] });
    await first.close();
    await (await openDatabase(opening)).close();
  });

  test('that is a file is refused', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'file');
    writeFileSync(path, '');
    await assert.rejects(openDatabase({ directory: path, components: V1 }), {
      reason: 'DATA_DIRECTORY_UNUSABLE',
    });
  });

  test('where a node died before its first database was whole starts anew', async () => {
    using directory = temporaryDirectory();
    mkdirSync(directory.path, { recursive: true });
    appendFileSync(`${directory.database}.new`, 'half a datab');
    await filled(directory.path);
    assert.ok(existsSync(directory.database));
    rmSync(directory.database);
  });
});

test('a backup made while the node writes is whole, and a database to start from', async () => {
  using directory = temporaryDirectory();
  using restored = temporaryDirectory();
  {
    await using database = await openDatabase({ directory: directory.path, components: V1 });
    const insert = { statements: [{ sql: "INSERT INTO note (text) VALUES ('kept')" }] };
    await database.write(insert);
    const reader = new DatabaseSync(directory.database, { readOnly: true });
    reader.exec(`VACUUM INTO '${restored.database}'`);
    reader.close();
    await database.write(insert);
  }
  await using database = await openDatabase({ directory: restored.path, components: V1 });
  const [row] = await database.read('SELECT count(*) AS notes FROM note');
  assert.equal(row?.['notes'], 1);
});

suite('migrations', () => {
  test('bring an older schema up to date, with what it holds', async () => {
    using directory = temporaryDirectory();
    await filled(directory.path);
    await using newer = await openDatabase({ directory: directory.path, components: V2 });
    const [row] = await newer.read("SELECT count(*) AS notes FROM note WHERE author = 'nobody'");
    assert.equal(row?.['notes'], 100);
    await newer.close();
    await refused(directory.path, V1, 'DATABASE_TOO_NEW', /schema 2/);
  });

  test('that fail leave the older schema of every component', async () => {
    using directory = temporaryDirectory();
    await filled(directory.path);
    const broken = [
      { name: 'other', migrations: ['CREATE TABLE other (a)'] },
      { name: 'notes', migrations: [FIRST, SECOND, 'CREATE TABLE note (again)'] },
    ];
    await assert.rejects(openDatabase({ directory: directory.path, components: broken }), {
      reason: 'STORAGE_ERROR',
    });
    await using older = await openDatabase({ directory: directory.path, components: V1 });
    const tables = await older.read("SELECT name FROM sqlite_schema WHERE name = 'other'");
    assert.deepEqual(tables, []);
  });
});
