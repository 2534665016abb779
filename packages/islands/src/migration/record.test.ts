import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { type Migration, MigrationSchema, MigrationState, Verdict } from '@petri/contracts/v1';
import fc from 'fast-check';
import { missing, reported, withMigrant, withVerdict } from './record.ts';

type Happening =
  | { kind: 'chosen'; genome: string; sequence: number }
  | { kind: 'numbered'; genome: string; sequence: number }
  | { kind: 'judged'; genome: string; sequence: number; verdict: Verdict };

const genome = fc.constantFrom('g1', 'g2', 'g3', 'g4');
const sequence = fc.integer({ min: 1, max: 9 });
const verdict = fc.constantFrom(Verdict.ADMITTED, Verdict.DUPLICATE, Verdict.REJECTED);
const HAPPENING: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constantFrom('chosen' as const, 'numbered' as const), genome, sequence }),
  fc.record({ kind: fc.constant('judged' as const), genome, sequence, verdict }),
);
const STATE = fc.constantFrom(MigrationState.REQUESTED, MigrationState.SENT, MigrationState.FAILED);
const INBOX = fc.option(fc.record({ first: sequence, last: sequence, held: fc.constant(0) }), {
  nil: undefined,
});

function after(record: Migration, happening: Happening): Migration {
  const { genome: hash, sequence: given } = happening;
  if (happening.kind === 'chosen') return withMigrant(record, hash, () => ({}));
  if (happening.kind === 'numbered')
    return withMigrant(record, hash, (entry) => ({ sequence: entry.sequence || BigInt(given) }));
  const judged = {
    verdict: happening.verdict,
    reason: '',
    message: '',
    admittedAs: '',
    latency: durationFromMs(1),
  };
  return withVerdict(record, hash, BigInt(given), judged);
}

test('totals of a migration add up, whatever came first, twice or never', () => {
  fc.assert(
    fc.property(fc.array(HAPPENING, { maxLength: 30 }), STATE, INBOX, (happened, state, inbox) => {
      const record = happened.reduce(after, create(MigrationSchema, { id: 'm' }));
      const known = { ...record, state };
      const report = reported(known, missing(known, inbox));
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

test('only what the inbox no longer holds, and nobody judged, was dropped', () => {
  const sent = withMigrant(create(MigrationSchema, { state: MigrationState.SENT }), 'g', () => ({
    sequence: 5n,
  }));
  const dropped = (first: number, last: number) =>
    reported(sent, missing(sent, { first, last, held: 0 })).dropped;
  assert.deepEqual([dropped(5, 5), dropped(4, 9), dropped(6, 9), dropped(1, 4)], [0, 0, 1, 1]);
});
