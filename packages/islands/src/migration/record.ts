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
 * The record with its totals. A migrant without a verdict that the inbox no longer holds was dropped there: messages are
 * settled in order, and each only after its verdict was recorded.
 */
export function reported(record: Migration, inbox: InboxState | undefined): Migration {
  const migrants = record.migrants.map((entry) =>
    isLost(record, entry, inbox)
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

function isLost(
  { state }: Migration,
  { verdict, sequence }: MigrantReport,
  inbox: InboxState | undefined,
): boolean {
  if (verdict !== Verdict.UNSPECIFIED || state === MigrationState.REQUESTED || sequence === 0n) return false;
  return !inbox || sequence < inbox.first || sequence > inbox.last;
}
