/** What happens to migrants at an island; for logs, metrics and traces. */
export type MigrationEvent = {
  kind: 'SENT' | 'ADMITTED' | 'DUPLICATE' | 'REJECTED' | 'DROPPED';
  island: string;
  count: number;
  /** Empty where they are not known, as of messages that were pushed out. */
  migration: string;
  population: string;
  /** Of a refusal; empty otherwise. */
  reason: string;
  message: string;
  traceparent: string;
};

export type OnMigration = (event: MigrationEvent) => void;
