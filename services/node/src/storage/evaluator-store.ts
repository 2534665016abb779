import { PetriError } from '@petri/core';
import type { EvaluationSpec } from '@petri/sandbox';
import type { Component, Database } from '@petri/storage';
import type { EvaluatorStore } from '../islands/evaluators.ts';

export const EVALUATORS: Component = {
  name: 'evaluators',
  migrations: [
    'CREATE TABLE evaluator (sequence INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, spec TEXT NOT NULL) STRICT;',
  ],
};

const PUT = 'INSERT INTO evaluator (sha256, spec) VALUES (?, ?) ON CONFLICT DO NOTHING';

/** Evaluators in the node's database. */
export class SqliteEvaluatorStore implements EvaluatorStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws PetriError data_loss DATABASE_CORRUPT */
  async load(): Promise<[string, EvaluationSpec][]> {
    const rows = await this.#database.read('SELECT sha256, spec FROM evaluator ORDER BY sequence');
    return rows.map(({ sha256, spec }) => {
      try {
        return [String(sha256), JSON.parse(String(spec)) as EvaluationSpec];
      } catch (cause) {
        const message = `the evaluator ${String(sha256)} is damaged: restore a backup of the data directory`;
        throw new PetriError('data_loss', message, { reason: 'DATABASE_CORRUPT', cause });
      }
    });
  }

  put(sha256: string, spec: EvaluationSpec): Promise<void> {
    const statements = [{ sql: PUT, params: [sha256, JSON.stringify(spec)] }];
    return this.#database.write({ key: `evaluator:${sha256}`, statements });
  }

  remove(sha256: string): Promise<void> {
    const statements = [{ sql: 'DELETE FROM evaluator WHERE sha256 = ?', params: [sha256] }];
    return this.#database.write({ key: `evaluator:${sha256}`, statements });
  }
}
