import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { type Migration, MigrationSchema, MigrationState, Verdict } from '@petri/contracts/v1';
import fc from 'fast-check';
import {
  type Judge,
  missing,
  reported,
  withDrop,
  withJudge,
  withMigrant,
  withoutJudge,
  withVerdict,
} from './record.ts';

type Happening =
  | { kind: 'chosen'; genome: string; sequence: number }
  | { kind: 'numbered'; genome: string; sequence: number }
  | { kind: 'taken' | 'given up'; genome: string; sequence: number }
  | { kind: 'judged'; genome: string; sequence: number; verdict: Verdict };

const genome = fc.constantFrom('g1', 'g2', 'g3', 'g4');
const sequence = fc.integer({ min: 1, max: 9 });
const verdict = fc.constantFrom(Verdict.ADMITTED, Verdict.DUPLICATE, Verdict.REJECTED);
const HAPPENING: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('chosen' as const, 'numbered' as const, 'taken' as const, 'given up' as const),
    genome,
    sequence,
  }),
  fc.record({ kind: fc.constant('judged' as const), genome, sequence, verdict }),
);
const HAPPENED = fc.array(HAPPENING, { maxLength: 30 });
const STATE = fc.constantFrom(MigrationState.REQUESTED, MigrationState.SENT, MigrationState.FAILED);
const INBOX = fc.option(fc.record({ first: sequence, last: sequence, held: fc.constant(0) }), {
  nil: undefined,
});

const JUDGE: Judge = { node: 'n', incarnation: 2n };
const NOTHING_MORE = { reason: '', message: '', admittedAs: '', latency: durationFromMs(1) };
const GONE = () => true;
const HERE = () => false;

function after(record: Migration, happening: Happening): Migration {
  const { genome: hash, sequence: given } = happening;
  switch (happening.kind) {
    case 'chosen':
      return withMigrant(record, hash, () => ({}));
    case 'numbered':
      return withMigrant(record, hash, (entry) => ({ sequence: entry.sequence || BigInt(given) }));
    case 'taken':
      return withJudge(record, hash, BigInt(given), JUDGE);
    case 'given up':
      return withoutJudge(record, hash, JUDGE);
    case 'judged': {
      const judged = { ...NOTHING_MORE, verdict: happening.verdict };
      return withVerdict(record, hash, BigInt(given), judged, JUDGE);
    }
  }
}

test('totals of a migration add up, whatever came first, twice or never', () => {
  fc.assert(
    fc.property(HAPPENED, STATE, INBOX, fc.boolean(), (happened, state, inbox, gone) => {
      const record = happened.reduce(after, create(MigrationSchema, { id: 'm' }));
      const known = { ...record, state };
      const report = reported(known, missing(known, inbox), () => gone);
      const { sent, admitted, duplicate, rejected, dropped, inFlight } = report;
      assert.equal(sent, admitted + duplicate + rejected + dropped + inFlight);
      assert.equal(sent, new Set(happened.map((each) => each.genome)).size);
      for (const { genomeSha256, verdict: final } of report.migrants) {
        const first = happened.find((each) => each.kind === 'judged' && each.genome === genomeSha256);
        if (first?.kind === 'judged') assert.equal(final, first.verdict, 'the first verdict is final');
      }
    }),
  );
});

test('whoever is judged, or has a verdict, went, though the sender did not hear of it', () => {
  const chosen = withMigrant(create(MigrationSchema), 'g', () => ({ individual: 'i' }));
  const stays = (record: Migration) => withDrop(record, 'g', { reason: 'GONE', message: '' }).migrants[0];
  assert.equal(stays(chosen)?.verdict, Verdict.DROPPED);
  const judged = withJudge(chosen, 'g', 5n, JUDGE);
  assert.equal(stays(judged)?.verdict, Verdict.UNSPECIFIED);
  const admitted = { ...NOTHING_MORE, verdict: Verdict.ADMITTED };
  assert.equal(stays(withVerdict(judged, 'g', 5n, admitted, JUDGE))?.verdict, Verdict.ADMITTED);
});

test('only what the inbox no longer holds, and nobody judged, was dropped', () => {
  const sent = withMigrant(create(MigrationSchema, { state: MigrationState.SENT }), 'g', () => ({
    sequence: 5n,
  }));
  const dropped = (first: number, last: number) =>
    reported(sent, missing(sent, { first, last, held: 0 }), HERE).dropped;
  assert.deepEqual([dropped(5, 5), dropped(4, 9), dropped(6, 9), dropped(1, 4)], [0, 0, 1, 1]);
});

test('who is judged when pushed out is in flight until there is a verdict, or the judge is gone or gives up', () => {
  const sent = create(MigrationSchema, { state: MigrationState.SENT });
  const judged = withJudge(sent, 'g', 5n, JUDGE);
  const inFlight = (record: Migration, isGone: (judge: Judge) => boolean) =>
    reported(record, missing(record, undefined), isGone).inFlight;
  assert.deepEqual([inFlight(judged, HERE), inFlight(judged, GONE)], [1, 0]);
  assert.equal(inFlight(withoutJudge(judged, 'g', JUDGE), HERE), 0);
});

test('a process that has a successor neither judges nor takes back what that one does', () => {
  const record = withJudge(create(MigrationSchema), 'g', 5n, JUDGE);
  const before = { node: 'n', incarnation: 1n };
  const judged = { ...NOTHING_MORE, verdict: Verdict.ADMITTED };
  assert.throws(() => withJudge(record, 'g', 5n, before), { code: 'aborted', reason: 'SUPERSEDED' });
  assert.throws(() => withVerdict(record, 'g', 5n, judged, before), { reason: 'SUPERSEDED' });
  assert.deepEqual(withoutJudge(record, 'g', before), record);
  assert.equal(
    withVerdict(record, 'g', 5n, judged, { node: 'm', incarnation: 1n }).migrants[0]?.receiver,
    'm',
    'another node that has the island now',
  );
});
