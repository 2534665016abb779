import { create } from '@bufbuild/protobuf';
import {
  type Migration,
  MigrationSchema,
  type MigrantReport,
  MigrantReportSchema,
  MigrationState,
  Verdict,
} from '@petri/contracts/v1';
import { aborted } from '@petri/core';
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

/** The process that judges migrants. */
export type Judge = { node: string; incarnation: bigint };

/**
 * With the migrant under judgement, as long as it has no verdict: from then on it may leave the inbox and still be let in.
 *
 * @throws PetriError `aborted` if the judge has a successor, which judges from now on.
 */
export function withJudge(
  record: Migration,
  genomeSha256: string,
  sequence: bigint,
  judge: Judge,
): Migration {
  return withMigrant(record, genomeSha256, (entry) => {
    if (entry.verdict !== Verdict.UNSPECIFIED) return {};
    fence(entry, judge);
    return { sequence, receiver: judge.node, receiverIncarnation: judge.incarnation };
  });
}

/** Without the judge, who could not come to a verdict. */
export function withoutJudge(
  record: Migration,
  genomeSha256: string,
  { node, incarnation }: Judge,
): Migration {
  return withMigrant(record, genomeSha256, ({ verdict, receiver, receiverIncarnation }) =>
    verdict === Verdict.UNSPECIFIED && receiver === node && receiverIncarnation === incarnation
      ? { receiver: '', receiverIncarnation: 0n }
      : {},
  );
}

/** @throws PetriError `aborted` if the judge has a successor. */
export function withVerdict(
  record: Migration,
  genomeSha256: string,
  sequence: bigint,
  judged: Judged,
  judge: Judge,
): Migration {
  return withMigrant(record, genomeSha256, (entry) => {
    if (entry.verdict !== Verdict.UNSPECIFIED) return {};
    fence(entry, judge);
    const { node: receiver, incarnation: receiverIncarnation } = judge;
    return { ...judged, sequence, receiver, receiverIncarnation };
  });
}

/**
 * Without the migrant, who does not go. Not if somebody judges it: it went on an attempt to send it whose answer was lost.
 */
export function withDrop(
  record: Migration,
  genomeSha256: string,
  why: Pick<MigrantReport, 'reason' | 'message'>,
): Migration {
  return withMigrant(record, genomeSha256, ({ verdict, sequence }) =>
    verdict === Verdict.UNSPECIFIED && sequence === 0n
      ? { verdict: Verdict.DROPPED, reason: why.reason, message: why.message }
      : {},
  );
}

function fence({ receiver, receiverIncarnation }: MigrantReport, { node, incarnation }: Judge): void {
  if (receiver !== node || receiverIncarnation <= incarnation) return;
  throw aborted('SUPERSEDED', `a later start of the node "${node}" judges its migrants now`);
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

/**
 * The record with its totals. `dropped` are those that were found missing before the record was read; whoever is judged by
 * a process that is not known to be gone is in flight all the same.
 */
export function reported(
  record: Migration,
  dropped: ReadonlySet<string>,
  isGone: (judge: Judge) => boolean,
): Migration {
  const isLost = ({ verdict, genomeSha256, receiver: node, receiverIncarnation }: MigrantReport) =>
    verdict === Verdict.UNSPECIFIED &&
    dropped.has(genomeSha256) &&
    (node === '' || isGone({ node, incarnation: receiverIncarnation }));
  const migrants = record.migrants.map((entry) =>
    isLost(entry)
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
