import { PetriError } from '@petri/core';
import type { Component, Database, Statement } from '@petri/storage';
import { type Change, keysOf, type PopulationStore } from './store.ts';

/** Rows are JSON: what is looked for is looked for in memory. Births are told apart by their sequence, to keep it. */
export const POPULATIONS: Component = {
  name: 'populations',
  migrations: [
    `CREATE TABLE population (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;
     CREATE TABLE population_member (
       population TEXT NOT NULL, id TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (population, id)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE population_fitness (
       population TEXT NOT NULL, id TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (population, id)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE lineage_birth (sequence INTEGER PRIMARY KEY, row TEXT NOT NULL) STRICT;
     CREATE TABLE sandbox_pin (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;
     CREATE TABLE sandbox_orphan (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;`,
    // Whatever is older than tenants becomes that of the one tenant of a node without authentication.
    `UPDATE population SET row = json_set(row, '$.tenant', 'anonymous');
     ALTER TABLE lineage_birth ADD COLUMN tenant TEXT NOT NULL DEFAULT 'anonymous';
     ALTER TABLE sandbox_pin RENAME TO pin_before;
     CREATE TABLE sandbox_pin (
       tenant TEXT NOT NULL, id TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (tenant, id)
     ) STRICT, WITHOUT ROWID;
     INSERT INTO sandbox_pin SELECT 'anonymous', id, row FROM pin_before;
     DROP TABLE pin_before;
     ALTER TABLE sandbox_orphan RENAME TO orphan_before;
     CREATE TABLE sandbox_orphan (
       tenant TEXT NOT NULL, id TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (tenant, id)
     ) STRICT, WITHOUT ROWID;
     INSERT INTO sandbox_orphan SELECT 'anonymous', id, row FROM orphan_before;
     DROP TABLE orphan_before;`,
    `CREATE TABLE population_restore (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;`,
  ],
};

const NAMES = {
  population: 'population',
  member: 'population_member',
  fitness: 'population_fitness',
  birth: 'lineage_birth',
  pin: 'sandbox_pin',
  orphan: 'sandbox_orphan',
  restore: 'population_restore',
} as const;

/** Rows that cross from the database's thread at once. */
const PAGE = 5_000;

/** Populations, fitness and lineage in the node's database. */
export class SqlitePopulationStore implements PopulationStore {
  readonly #database: Database;

  /** Of a database that was opened with the component POPULATIONS. It stays the caller's to close. */
  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws PetriError data_loss DATABASE_CORRUPT */
  async *load(): AsyncGenerator<Change, void, void> {
    for (const table of ['population', 'restore'] as const)
      for await (const [id, , row] of this.#rows(table, 'id', `''`)) yield { table, id, row } as Change;
    for (const table of ['pin', 'orphan'] as const)
      for await (const [tenant, id, row] of this.#rows(table, 'tenant', 'id'))
        yield { table, tenant, id, row } as Change;
    for (const table of ['member', 'fitness'] as const)
      for await (const [population, id, row] of this.#rows(table, 'population', 'id'))
        yield { table, population, id, row } as Change;
    for await (const [, tenant, row] of this.#rows('birth', 'sequence', 'tenant'))
      yield { table: 'birth', tenant, id: (row as { id: string }).id, row } as Change;
  }

  commit(changes: readonly Change[]): Promise<void> {
    return this.#database.write({ key: 'populations', statements: changes.map(statementOf) });
  }

  /** In the order of both columns. */
  async *#rows(
    table: Change['table'],
    first: string,
    second: string,
  ): AsyncGenerator<[first: string, second: string, row: unknown], void, void> {
    const name = NAMES[table];
    const columns = `${first} AS first, ${second} AS second, row`;
    const page = `SELECT ${columns} FROM ${name} WHERE (${first}, ${second}) > (?, ?)
      ORDER BY ${first}, ${second} LIMIT ${PAGE}`;
    let last: [string | number, string] = [first === 'sequence' ? 0 : '', ''];
    for (;;) {
      const rows = await this.#database.read(page, last);
      for (const each of rows)
        yield [String(each['first']), String(each['second']), parsed(name, String(each['row']))];
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE) return;
      last = [end['first'] as string | number, String(end['second'])];
    }
  }
}

function statementOf(change: Change): Statement {
  const name = NAMES[change.table];
  const row = change.row && JSON.stringify(change.row);
  if (change.table === 'birth')
    return {
      sql: `INSERT INTO ${name} (sequence, row, tenant) VALUES (?, ?, ?)`,
      params: [change.row.sequence, row!, change.tenant],
    };
  const keys = keysOf(change);
  const first = 'tenant' in change ? 'tenant' : 'population';
  const columns = keys.length === 1 ? 'id = ?' : `${first} = ? AND id = ?`;
  if (row === undefined) return { sql: `DELETE FROM ${name} WHERE ${columns}`, params: keys };
  const places = [...keys, row].map(() => '?').join(', ');
  return {
    sql: `INSERT INTO ${name} VALUES (${places}) ON CONFLICT DO UPDATE SET row = excluded.row`,
    params: [...keys, row],
  };
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PetriError('data_loss', `a row of ${name} is damaged: restore a backup of the data directory`, {
      reason: 'DATABASE_CORRUPT',
      cause,
    });
  }
}
