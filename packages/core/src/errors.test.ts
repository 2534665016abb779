import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { invalid, notFound, PetriError } from './errors.ts';

suite('PetriError', () => {
  test('the reason defaults to the code', () => {
    assert.equal(new PetriError('data_loss', 'gone').reason, 'DATA_LOSS');
  });

  test('from() returns a PetriError as it is', () => {
    const error = notFound('sandbox', 'sb-1');
    assert.equal(PetriError.from(error), error);
  });

  test('from() hides the message of an unknown error and keeps it as the cause', () => {
    const cause = new TypeError('password=hunter2');
    const error = PetriError.from(cause);
    assert.equal(error.code, 'internal');
    assert.doesNotMatch(error.message, /hunter2/);
    assert.equal(error.cause, cause);
  });

  test('from() accepts anything that can be thrown', () => {
    for (const thrown of [undefined, null, 0, 'text', {}, Symbol('s')]) {
      assert.equal(PetriError.from(thrown).code, 'internal');
    }
  });

  test('from() knows an abort and a time-out', () => {
    assert.equal(PetriError.from(AbortSignal.abort().reason).code, 'cancelled');
    assert.equal(PetriError.from(new DOMException('late', 'TimeoutError')).code, 'deadline_exceeded');
  });

  test('from() prefers the PetriError that caused an abort', () => {
    const cause = notFound('sandbox', 'sb-1');
    assert.equal(PetriError.from(Object.assign(new Error('x', { cause }), { name: 'AbortError' })), cause);
  });

  test('notFound names the resource and a reason of its own', () => {
    const error = notFound('module version', 'main@3');
    assert.equal(error.reason, 'MODULE_VERSION_NOT_FOUND');
    assert.deepEqual(error.resource, { type: 'module version', name: 'main@3' });
  });

  test('invalid lists every violation in the message too', () => {
    const error = invalid([
      { field: 'a', description: 'is empty' },
      { field: 'b', description: 'is too long' },
    ]);
    assert.equal(error.message, 'a: is empty; b: is too long');
    assert.equal(error.violations.length, 2);
  });
});
