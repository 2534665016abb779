import type { DatabaseSync } from 'node:sqlite';
import type { Component } from './protocol.ts';

export const SCHEMA_TABLE =
  'CREATE TABLE petri_schema (component TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT';

/** The version of each component that ever kept something in this database. */
export function versionsOf(database: DatabaseSync): Map<string, number> {
  const rows = database.prepare('SELECT component, version FROM petri_schema').all();
  return new Map(rows.map(({ component, version }) => [String(component), Number(version)]));
}

/** Brings every component up to date, or changes nothing. */
export function migrate(database: DatabaseSync, components: readonly Component[]): void {
  const versions = versionsOf(database);
  const put = database.prepare(
    'INSERT INTO petri_schema VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
  );
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const { name, migrations } of components) {
      const from = versions.get(name) ?? 0;
      for (const script of migrations.slice(from)) database.exec(script);
      if (migrations.length > from) put.run(name, migrations.length);
    }
    database.exec('COMMIT');
  } catch (thrown) {
    database.exec('ROLLBACK');
    throw thrown;
  }
}
