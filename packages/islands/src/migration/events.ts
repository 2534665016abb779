/** A migrant that leaves or arrives. Empty where it is not known, as of messages that were pushed out. */
export type Travel = {
  /** Of this node. */
  island: string;
  migration: string;
  population: string;
  from: string;
  to: string;
  genomeSha256: string;
};

/** What came of it. */
export type MigrationResult = {
  kind: 'SENT' | 'ADMITTED' | 'DUPLICATE' | 'REJECTED' | 'DROPPED';
  /** Id on this node; empty if it has none. */
  individual: string;
  count: number;
  /** Of a refusal; empty otherwise. */
  reason: string;
  message: string;
};

/**
 * Does what is to be done with a migrant, so that it can be traced and told of; that it is all told once is up to `move`,
 * which says nothing of what has happened before. Called within the trace of the migrant.
 */
export type OnMigration = (travel: Travel, move: () => Promise<MigrationResult | undefined>) => Promise<void>;

export const NOWHERE: Omit<Travel, 'island'> = {
  migration: '',
  population: '',
  from: '',
  to: '',
  genomeSha256: '',
};

export function result(kind: MigrationResult['kind'], more: Partial<MigrationResult> = {}): MigrationResult {
  return { kind, individual: '', count: 1, reason: '', message: '', ...more };
}
