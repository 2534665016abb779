import { create } from '@bufbuild/protobuf';
import {
  type Migration,
  MigrationSchema,
  type MigrantReport,
  MigrantReportSchema,
  MigrationState,
  Verdict,
} from '@petri/contracts/v1';
import type { InboxState } from '../transport/transport.ts';

export type Judged = Pick<MigrantReport, 'verdict' | 'reason' | 'message' | 'admittedAs' | 'latency'>;

/** Entries by genome: whoever comes first makes one. A verdict is final. */
export function withMigrant(
  record: Migration,
  genomeSha256: string,
  change: (entry: MigrantReport) => Partial<MigrantReport>,
): Migration {
  const known = record.migrants.find((entry) => entry.genomeSha256 === genomeSha256);
  const entry = known ?? create(MigrantReportSchema, { genomeSha256 });
  const changed: MigrantReport = { ...entry, ...change(entry) };
  const migrants = known
    ? record.migrants.map((each) => (each === known ? changed : each))
    : [...record.migrants, changed];
  return { ...record, migrants };
}

export function withVerdict(
  record: Migration,
  genomeSha256: string,
  sequence: bigint,
  judged: Judged,
): Migration {
  return withMigrant(record, genomeSha256, (entry) =>
    entry.verdict === Verdict.UNSPECIFIED ? { ...judged, sequence } : {},
  );
}

/**
 * Migrants, by genome, without a verdict whose message the inbox does not hold. Each was dropped there, or its verdict was
 * recorded after the record was read: messages are settled only after that.
 */
export function missing({ migrants, state }: Migration, inbox: InboxState | undefined): ReadonlySet<string> {
  if (state === MigrationState.REQUESTED) return new Set();
  const isMissing = ({ verdict, sequence }: MigrantReport) =>
    verdict === Verdict.UNSPECIFIED &&
    sequence !== 0n &&
    (!inbox || sequence < inbox.first || sequence > inbox.last);
  return new Set(migrants.filter(isMissing).map(({ genomeSha256 }) => genomeSha256));
}

/** The record with its totals. `dropped` are those that were found missing before the record was read. */
export function reported(record: Migration, dropped: ReadonlySet<string>): Migration {
  const migrants = record.migrants.map((entry) =>
    entry.verdict === Verdict.UNSPECIFIED && dropped.has(entry.genomeSha256)
      ? {
          ...entry,
          verdict: Verdict.DROPPED,
          reason: 'PUSHED_OUT',
          message: 'pushed out of the inbox, or too late',
        }
      : entry,
  );
  const count = (wanted: Verdict) => migrants.filter(({ verdict }) => verdict === wanted).length;
  return create(MigrationSchema, {
    ...record,
    migrants,
    sent: migrants.length,
    admitted: count(Verdict.ADMITTED),
    duplicate: count(Verdict.DUPLICATE),
    rejected: count(Verdict.REJECTED),
    dropped: count(Verdict.DROPPED),
    inFlight: count(Verdict.UNSPECIFIED),
  });
}
