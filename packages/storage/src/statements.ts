import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { toFailure } from './failures.ts';
import type { Failure, Row, Statement, Write } from './protocol.ts';

/** Does what it is asked on one connection: writes in groups that share a commit. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  read({ sql, params = [] }: Statement): Row[] {
    return this.#prepare(sql).all(...params);
  }

  /** Durable when it returns. What is wrong with each write, in their order; undefined where nothing is. */
  write(writes: readonly Write[]): (Failure | undefined)[] {
    if (this.#commit(writes) === undefined) return writes.map(() => undefined);
    // Somebody's write fails: each has a transaction of its own then, so that it is that one's alone.
    const failed = new Map<string, Failure>();
    return writes.map((write) => {
      const before = write.key === undefined ? undefined : failed.get(write.key);
      const failure = before ?? this.#commit([write]);
      if (failure !== undefined && write.key !== undefined) failed.set(write.key, failure);
      return failure;
    });
  }

  #commit(writes: readonly Write[]): Failure | undefined {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const { statements } of writes)
        for (const { sql, params = [] } of statements) this.#prepare(sql).run(...params);
      this.#database.exec('COMMIT');
      return undefined;
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return failure;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}
