import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../test/directory.ts';
import { type Database, openDatabase } from './database.ts';
import type { Component, Write } from './protocol.ts';

const NOTES: Component = {
  name: 'notes',
  migrations: ['CREATE TABLE note (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT'],
};

const put = (id: string, text: string | null, key?: string): Write => ({
  statements: [
    {
      sql: 'INSERT INTO note VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text',
      params: [id, text],
    },
  ],
  ...(key === undefined ? {} : { key }),
});

async function notes(database: Database): Promise<Record<string, unknown>> {
  const rows = await database.read('SELECT id, text FROM note ORDER BY id');
  return Object.fromEntries(rows.map(({ id, text }) => [id, text]));
}

suite('a database', () => {
  test('has what was written, also when it is opened again', async () => {
    using directory = temporaryDirectory();
    const opening = { directory: directory.path, components: [NOTES] };
    await using first = await openDatabase(opening);
    await first.write(put('a', 'one'));
    await first.write(put('b', 'with \0 and ü'));
    await first.close();
    await using second = await openDatabase(opening);
    assert.deepEqual(await notes(second), { a: 'one', b: 'with \0 and ü' });
  });

  test('reads what was asked for before, and is not kept from it by what comes after', async () => {
    using directory = temporaryDirectory();
    await using database = await openDatabase({ directory: directory.path, components: [NOTES] });
    const before = database.write(put('a', 'one'));
    const read = notes(database);
    const reading = new AbortController();
    const others = (async () => {
      while (!reading.signal.aborted)
        await Promise.all([database.write(put('b', 'two')), database.write(put('c', 'two'))]);
    })();
    assert.equal((await read)['a'], 'one');
    reading.abort();
    await Promise.all([before, others]);
  });

  test('does all statements of a write or none', async () => {
    using directory = temporaryDirectory();
    await using database = await openDatabase({ directory: directory.path, components: [NOTES] });
    const both = { statements: [...put('a', 'one').statements, ...put('b', null).statements] };
    await assert.rejects(database.write(both), { code: 'internal', reason: 'STORAGE_ERROR' });
    assert.deepEqual(await notes(database), {});
  });

  test('lets a write that fails fail alone, but for those of its key', async () => {
    using directory = temporaryDirectory();
    await using database = await openDatabase({ directory: directory.path, components: [NOTES] });
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ key: fc.constantFrom('x', 'y', undefined), bad: fc.boolean(), later: fc.boolean() }),
        ),
        async (asked) => {
          await database.write({ statements: [{ sql: 'DELETE FROM note' }] });
          const settled: Promise<boolean>[] = [];
          const expected: boolean[] = [];
          const failed = new Set<string>();
          for (const [index, { key, bad, later }] of asked.entries()) {
            // A turn of the event loop later is before any answer, and so before the caller could know.
            if (later) await new Promise((resolve) => setImmediate(resolve));
            const write = put(`n${index}`, bad ? null : 'text', key);
            settled.push(
              database.write(write).then(
                () => true,
                () => false,
              ),
            );
            expected.push(!bad && !(key !== undefined && failed.has(key)));
            if (bad && key !== undefined) failed.add(key);
          }
          const done = await Promise.all(settled);
          const present = await notes(database);
          // Nothing is there that was said to have failed, and the other way round.
          assert.deepEqual(
            done,
            asked.map((_, index) => `n${index}` in present),
          );
          if (asked.every(({ later }) => !later)) assert.deepEqual(done, expected);
          else for (const [index, ok] of done.entries()) assert.ok(!ok || !asked[index]?.bad);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('that is full says so, has nothing of the write, and takes others again', async () => {
    using directory = temporaryDirectory();
    await using database = await openDatabase({ directory: directory.path, components: [NOTES] });
    await database.write(put('a', 'one'));
    await database.read('PRAGMA max_page_count = 10');
    const large = {
      statements: [...put('b', 'two').statements, ...put('c', 'x'.repeat(100_000)).statements],
    };
    const [full, fine] = await Promise.allSettled([database.write(large), database.write(put('d', 'four'))]);
    assert.equal(fine.status, 'fulfilled');
    assert.equal(full.status, 'rejected');
    const { code, reason } = (full as { reason: { code: string; reason: string } }).reason;
    assert.deepEqual([code, reason], ['resource_exhausted', 'DISK_FULL']);
    assert.deepEqual(await notes(database), { a: 'one', d: 'four' });
    await database.read('PRAGMA max_page_count = 1000');
    await database.write(large);
    assert.equal(Object.keys(await notes(database)).length, 4);
  });

  test('shares commits among what is asked for at once', async () => {
    using directory = temporaryDirectory();
    await using database = await openDatabase({ directory: directory.path, components: [NOTES] });
    await Promise.all(Array.from({ length: 5_000 }, (_, index) => database.write(put(`n${index}`, 'text'))));
    assert.equal(Object.keys(await notes(database)).length, 5_000);
  });

  test('that is closed finishes what was asked for, refuses the rest, and may be closed again', async () => {
    using directory = temporaryDirectory();
    const opening = { directory: directory.path, components: [NOTES] };
    await using database = await openDatabase(opening);
    const written = database.write(put('a', 'one'));
    const closed = database.close();
    await assert.rejects(database.write(put('b', 'two')), { reason: 'STORAGE_CLOSED' });
    await assert.rejects(database.read('SELECT 1'), { reason: 'STORAGE_CLOSED' });
    await Promise.all([written, closed, database.close()]);
    await using again = await openDatabase(opening);
    assert.deepEqual(await notes(again), { a: 'one' });
  });
});
