import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Metadata, status } from '@grpc/grpc-js';
import { ERROR_CODES, type ErrorDetails, PetriError } from '@petri/core';
import fc from 'fast-check';
import { fromRpcStatus, fromStatus } from './from-status.ts';
import { STATUS_DETAILS_TRAILER, toRpcStatus, toStatus } from './to-status.ts';

const word = fc.string({ minLength: 1, maxLength: 40 });
const details: fc.Arbitrary<ErrorDetails> = fc.record(
  {
    reason: fc.constantFrom('SANDBOX_NOT_FOUND', 'QUEUE_FULL'),
    violations: fc.array(fc.record({ field: word, description: word }), { minLength: 1, maxLength: 5 }),
    resource: fc.record({ type: word, name: word }),
    retryAfterMs: fc.nat(100_000_000),
    metadata: fc.dictionary(word, word, { maxKeys: 4 }),
    attached: fc.array(fc.record({ typeName: fc.constant('petri.v1.Sandbox'), bytes: fc.uint8Array() }), {
      minLength: 1,
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
);

const shown = ({
  code,
  message,
  reason,
  violations,
  resource,
  retryAfterMs,
  metadata,
  attached,
}: PetriError) => ({
  code,
  message,
  reason,
  violations: violations.map((violation) => ({ ...violation })),
  resource: resource && { ...resource },
  retryAfterMs,
  metadata: { ...metadata },
  attached: attached.map(({ typeName, bytes }) => [typeName, ...bytes]),
});

suite('status', () => {
  test('an error crosses the wire whole', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ERROR_CODES), word, details, (code, message, extra) => {
        const error = new PetriError(code, message, extra);
        assert.deepEqual(shown(fromStatus(toStatus(error))), shown(error));
        assert.deepEqual(shown(fromRpcStatus(toRpcStatus(error))), shown(error));
      }),
    );
  });

  test('the cause and the stack do not', () => {
    const sent = toStatus(new PetriError('internal', 'sorry', { cause: new Error('hunter2') }));
    const bytes = sent.metadata.get(STATUS_DETAILS_TRAILER)[0] as Buffer;
    assert.doesNotMatch(`${sent.details}${bytes.toString('latin1')}`, /hunter2|status\.test/);
  });

  test('any number of violations fits in the trailers and says how many are missing', () => {
    const violations = Array.from({ length: 5000 }, (_, index) => ({
      field: `cases[${index}]`,
      description: 'is wrong',
    }));
    const sent = toStatus(new PetriError('invalid_argument', 'é'.repeat(100_000), { violations }));
    const bytes = sent.metadata.get(STATUS_DETAILS_TRAILER)[0] as Buffer;
    assert.ok(encodeURI(sent.details).length + bytes.toString('base64').length < 8 * 1024);
    const received = fromStatus(sent);
    assert.ok(received.violations.length > 10);
    const left = 5000 - (received.violations.length - 1);
    assert.equal(received.violations.at(-1)?.description, `${left} more violations are not shown`);
  });

  test('oversized metadata gives way before the reason does', () => {
    const sent = toStatus(
      new PetriError('aborted', 'm', { reason: 'STALE', metadata: { key: 'x'.repeat(10_000) } }),
    );
    assert.equal(fromStatus(sent).reason, 'STALE');
  });

  test('attachments give way before violations do', () => {
    const attached = [{ typeName: 'petri.v1.Sandbox', bytes: new Uint8Array(10_000) }];
    const violations = [{ field: 'id', description: 'is taken' }];
    const received = fromStatus(toStatus(new PetriError('already_exists', 'm', { attached, violations })));
    assert.deepEqual(received.attached, []);
    assert.deepEqual(received.violations, violations);
  });

  test('a message that is cut stays well formed', () => {
    for (let pad = 0; pad < 4; pad++) {
      const { details: message } = toStatus(new PetriError('aborted', 'x'.repeat(pad) + '🧫'.repeat(1000)));
      assert.match(message, /🧫…$/);
      assert.ok(Buffer.byteLength(message) <= 1024);
    }
  });

  test('a status without details, or with broken ones, still gives code and message', () => {
    const metadata = new Metadata();
    metadata.set(STATUS_DETAILS_TRAILER, Buffer.from('not protobuf'));
    for (const each of [new Metadata(), metadata]) {
      const error = fromStatus({ code: status.UNAVAILABLE, details: 'no connection', metadata: each });
      assert.deepEqual(
        [error.code, error.message, error.reason],
        ['unavailable', 'no connection', 'UNAVAILABLE'],
      );
    }
  });

  test('codes that Petri does not send are mapped too', () => {
    const codeOf = (code: number) => fromStatus({ code, details: '', metadata: new Metadata() }).code;
    assert.equal(codeOf(status.UNKNOWN), 'internal');
    assert.equal(codeOf(status.OUT_OF_RANGE), 'invalid_argument');
    assert.equal(codeOf(99), 'internal');
  });

  test('what is no status is seen as PetriError.from sees it', () => {
    assert.equal(fromStatus(AbortSignal.abort().reason).code, 'cancelled');
    assert.equal(fromStatus(new Error('x')).code, 'internal');
  });
});
