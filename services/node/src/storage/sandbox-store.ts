import { PetriError } from '@petri/core';
import type { ModuleCode, SandboxStore, StoredSandbox } from '@petri/sandbox';
import type { Database, Row, Statement } from '@petri/storage';
import { recordText, storedSandbox } from './sandbox-row.ts';

/** Rows that cross from the database's thread at once: about 1 MB of them. */
const PAGE = 1_000;

const PUT = 'INSERT INTO sandbox VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record';
const PUT_STATE =
  'INSERT INTO sandbox_state VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET revision = excluded.revision, state = excluded.state';
const PUT_CODE = 'INSERT INTO sandbox_code VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
const PUT_USE = 'INSERT INTO sandbox_use VALUES (?, ?) ON CONFLICT DO NOTHING';
/** Code that this sandbox alone uses, but for what it goes on using. */
const REMOVE_CODE = `
  DELETE FROM sandbox_code WHERE sha256 IN (
    SELECT sha256 FROM sandbox_use AS mine
    WHERE id = ?1 AND sha256 NOT IN (SELECT value FROM json_each(?2))
      AND NOT EXISTS (SELECT 1 FROM sandbox_use AS other WHERE other.sha256 = mine.sha256 AND other.id <> ?1)
  )`;
const REMOVE_USES =
  'DELETE FROM sandbox_use WHERE id = ?1 AND sha256 NOT IN (SELECT value FROM json_each(?2))';
const LIST = `
  SELECT id, record, revision, state FROM sandbox JOIN sandbox_state USING (id)
  WHERE id > ? ORDER BY id LIMIT ${PAGE}`;
const LIST_CODE = `SELECT sha256, language, code FROM sandbox_code WHERE sha256 > ? ORDER BY sha256 LIMIT ${PAGE}`;

/** Sandboxes in the node's database. */
export class SqliteSandboxStore implements SandboxStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws PetriError data_loss DATABASE_CORRUPT */
  async *load(): AsyncIterable<StoredSandbox> {
    const codes = new Map<string, ModuleCode>();
    for await (const { sha256, language, code } of this.#pages(LIST_CODE, 'sha256'))
      codes.set(String(sha256), codeOf(String(language), code as Uint8Array));
    for await (const { id, record, state, revision } of this.#pages(LIST, 'id')) {
      try {
        yield storedSandbox(String(record), String(state), Number(revision), codes);
      } catch (cause) {
        throw new PetriError(
          'data_loss',
          `the record of sandbox "${String(id)}" is damaged: restore a backup of the data directory`,
          { reason: 'DATABASE_CORRUPT', cause },
        );
      }
    }
  }

  put(stored: StoredSandbox): Promise<void> {
    const { id } = stored.identity;
    const versions = stored.modules.flatMap((history) => history.versions);
    const used = JSON.stringify(versions.map(({ sha256 }) => sha256));
    const statements: Statement[] = [
      { sql: PUT, params: [id, recordText(stored)] },
      { sql: PUT_STATE, params: [id, stored.revision, stored.stateJson] },
      { sql: REMOVE_CODE, params: [id, used] },
      { sql: REMOVE_USES, params: [id, used] },
    ];
    for (const { sha256, code } of versions)
      statements.push(
        { sql: PUT_CODE, params: [sha256, code.language, bytesOf(code)] },
        { sql: PUT_USE, params: [id, sha256] },
      );
    return this.#write(id, statements);
  }

  putState(id: string, stateJson: string, revision: number): Promise<void> {
    return this.#write(id, [{ sql: PUT_STATE, params: [id, revision, stateJson] }]);
  }

  remove(id: string): Promise<void> {
    return this.#write(id, [
      { sql: REMOVE_CODE, params: [id, '[]'] },
      { sql: REMOVE_USES, params: [id, '[]'] },
      { sql: 'DELETE FROM sandbox_state WHERE id = ?', params: [id] },
      { sql: 'DELETE FROM sandbox WHERE id = ?', params: [id] },
    ]);
  }

  #write(id: string, statements: Statement[]): Promise<void> {
    return this.#database.write({ key: `sandbox:${id}`, statements });
  }

  async *#pages(sql: string, key: string): AsyncIterable<Row> {
    let last = '';
    for (;;) {
      const rows = await this.#database.read(sql, [last]);
      yield* rows;
      if (rows.length < PAGE) return;
      last = String(rows.at(-1)?.[key]);
    }
  }
}

function bytesOf(code: ModuleCode): Uint8Array {
  return code.language === 'wasm' ? code.binary : Buffer.from(code.source, 'utf8');
}

function codeOf(language: string, bytes: Uint8Array): ModuleCode {
  if (language === 'wasm') return { language, binary: bytes };
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return { language: language === 'typescript' ? language : 'javascript', source };
}
