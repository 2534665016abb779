import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { MigrantEnvelopeSchema, MigrantSchema } from '@petri/contracts/v1';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { claim, EVALUATOR, genomeOf, hashOf } from '../../test/fake-port.ts';
import { INBOX } from '../coordinator/inboxes.ts';
import { MAX_COUNT } from '../policy/settings.ts';
import { check } from './checks.ts';
import { MAX_ENVELOPE_BYTES, Sealer } from './envelope.ts';
import type { Refusal } from './refusal.ts';

const GATE = { island: 'b', sender: 'a', ageMs: 1_000, epoch: 5n, maxHops: 3, evaluatorSha256: EVALUATOR };
const KEY = { id: 'k1', secret: new Uint8Array([1, 2, 3]) };
const OTHER = { id: 'k2', secret: new Uint8Array([4]) };

const migrant = (change: MessageInitShape<typeof MigrantSchema> = {}) =>
  create(MigrantSchema, {
    schemaVersion: 1,
    migration: 'm',
    population: 'p',
    from: 'a',
    to: 'b',
    node: 'n',
    individual: 'i',
    origin: 'a',
    epoch: 5n,
    genome: genomeOf(7),
    genomeSha256: hashOf(7),
    fitness: claim(7),
    hops: 1,
    ...change,
  });

const refusal = (reason: string) => (thrown: Refusal) =>
  thrown.name === 'Refusal' && thrown.reason === reason;
const refuses = (reason: string, change: MessageInitShape<typeof MigrantSchema>, gate = GATE) =>
  assert.throws(() => check(migrant(change), gate), refusal(reason), reason);

suite('checks', () => {
  test('let in what is in order, at the limits', () => {
    for (const change of [{}, { epoch: 4n }, { epoch: 9n }, { hops: 3 }, { ttl: durationFromMs(1_000) }])
      check(migrant(change), GATE);
    check(migrant({ fitness: claim(7, 'other') }), { ...GATE, evaluatorSha256: '' });
  });

  test('refuse what is not, each with its reason', () => {
    refuses('WRONG_ISLAND', { to: 'c' });
    refuses('WRONG_SENDER', { from: 'c' });
    refuses('EXPIRED', { ttl: durationFromMs(999) });
    refuses('NO_GENOME', { genome: { entry: 'main' } });
    refuses('WRONG_GENOME_HASH', { genome: genomeOf(8) });
    refuses('STALE_EPOCH', { epoch: 3n });
    refuses('TOO_MANY_HOPS', { hops: 4 });
    refuses('NO_FITNESS', { fitness: claim(Number.NaN) });
    refuses('OTHER_EVALUATOR', { fitness: claim(7, 'other') });
    const { fitness: _, ...without } = migrant();
    assert.throws(() => check(create(MigrantSchema, without), GATE), refusal('NO_FITNESS'));
  });
});

suite('envelopes', () => {
  test('refuse names that nothing may have, and say why in a few words', () => {
    const sealer = new Sealer([]);
    for (const field of ['migration', 'population', 'from', 'to', 'node', 'individual', 'origin']) {
      for (const name of ['', 'a.>', 'x'.repeat(100_000)]) {
        const sealed = sealer.seal(migrant({ [field]: name }));
        assert.throws(() => sealer.open(sealed), refusal('CORRUPTED'), `${field}: ${name}`);
      }
    }
    const wordy = migrant({ fitness: claim(7, 'x'.repeat(100_000)) });
    assert.throws(
      () => check(wordy, GATE),
      ({ message }: Refusal) => message.length < 400,
    );
  });

  test('give back what was put in, signed or not', () => {
    for (const keys of [[], [KEY]]) {
      const sealer = new Sealer(keys);
      assert.deepEqual(sealer.open(sealer.seal(migrant())), migrant());
    }
    assert.deepEqual(
      new Sealer([OTHER, KEY]).open(new Sealer([KEY]).seal(migrant())),
      migrant(),
      'an older key',
    );
  });

  test('are refused unsigned, under an unknown key, or changed, where a key is configured', () => {
    const opened = (bytes: Uint8Array) => () => new Sealer([KEY]).open(bytes);
    assert.throws(opened(new Sealer([]).seal(migrant())), refusal('UNSIGNED'));
    assert.throws(opened(new Sealer([OTHER]).seal(migrant())), refusal('UNKNOWN_KEY'));
    const forged = fromBinary(MigrantEnvelopeSchema, new Sealer([KEY]).seal(migrant()));
    forged.migrant = toBinary(MigrantSchema, migrant({ fitness: claim(99) }));
    assert.throws(opened(toBinary(MigrantEnvelopeSchema, forged)), refusal('BAD_SIGNATURE'));
  });

  test('of a newer layout, of none, or too large are refused', () => {
    const sealer = new Sealer([]);
    assert.throws(() => sealer.open(sealer.seal(migrant({ schemaVersion: 2 }))), refusal('NEWER_SCHEMA'));
    assert.throws(() => sealer.open(sealer.seal(migrant({ schemaVersion: 0 }))), refusal('CORRUPTED'));
    assert.throws(() => sealer.open(new Uint8Array(MAX_ENVELOPE_BYTES + 1)), refusal('TOO_LARGE'));
    const large = 'x'.repeat(MAX_ENVELOPE_BYTES);
    assert.throws(() => sealer.seal(migrant({ behaviourSha256: large })), refusal('TOO_LARGE'));
  });

  test('as large as may be, of as many migrants as may be, fit into an inbox', () => {
    assert.ok(MAX_COUNT * MAX_ENVELOPE_BYTES <= INBOX.bytes);
  });

  test('whatever comes, it is opened or refused', () => {
    const whole = new Sealer([KEY]).seal(migrant());
    const damaged = fc
      .tuple(fc.nat(whole.length - 1), fc.nat(255))
      .map(([at, value]) => whole.with(at, value));
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array()), fc.constantFrom([], [KEY]), (bytes, keys) => {
        try {
          const opened = new Sealer(keys).open(bytes);
          if (keys.length > 0) assert.deepEqual(opened, migrant());
        } catch (thrown) {
          assert.equal((thrown as Error).name, 'Refusal', String(thrown));
        }
      }),
    );
  });
});
