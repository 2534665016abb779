/** What the node's thread and the thread that owns the database say to each other. */

/** What a column holds; whole numbers up to 2^53 come and go as numbers. */
export type SqlValue = null | number | bigint | string | Uint8Array;

export type Row = Record<string, SqlValue>;

export type Statement = { sql: string; params?: readonly SqlValue[] };

/** Statements that become durable together, or not at all. */
export type Write = {
  statements: readonly Statement[];
  /**
   * What the write is about, such as `sandbox:sb-1`. When a write fails, so does each of the same key that was asked for
   * before its caller could know: what builds on a write that never happened must not happen either.
   */
  key?: string;
};

/** One part of the node that keeps tables of its own. */
export type Component = {
  name: string;
  /** SQL scripts, oldest first; the version of a component is how many of them were run. Only ever append. */
  migrations: readonly string[];
};

export type Opening = { directory: string; components: readonly Component[] };

/** A PetriError, as it crosses from one thread to the other. */
export type Failure = { code: string; reason: string; message: string; metadata: Record<string, string> };

export type Request =
  { kind: 'write'; writes: readonly Write[] } | { kind: 'read'; statement: Statement } | { kind: 'close' };

/** Answers come in the order of the requests. */
export type Reply =
  | { kind: 'ready' }
  | { kind: 'written'; failures: readonly (Failure | undefined)[] }
  | { kind: 'rows'; rows: Row[] }
  | { kind: 'closed' }
  | { kind: 'failed'; failure: Failure };
