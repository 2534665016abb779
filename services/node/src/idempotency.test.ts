import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cancelled, type Clock, failedPrecondition, type PetriError } from '@petri/core';
import { Idempotency } from './idempotency.ts';

function clockwork() {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now };
  return { clock, pass: (ms: number) => (now += ms) };
}

/** Counts what it performs. */
function counting() {
  let performed = 0;
  return { perform: async () => ++performed };
}

const MINUTE = 60_000;
const request = (requestId: string, more: object = {}) => ({ requestId, ...more });

suite('Idempotency', () => {
  test('a repeat gets the first answer; another id or rpc, or none, does not', async () => {
    const window = new Idempotency(clockwork());
    const { perform } = counting();
    assert.equal(await window.once('Create', 'lab', request('a'), perform), 1);
    assert.equal(await window.once('Create', 'lab', request('a'), perform), 1);
    assert.equal(await window.once('Create', 'lab', request('b'), perform), 2);
    assert.equal(await window.once('Destroy', 'lab', request('a'), perform), 3);
    assert.equal(await window.once('Create', 'lab', request(''), perform), 4);
    assert.equal(await window.once('Create', 'lab', request(''), perform), 5);
  });

  test('a concurrent repeat waits for the first answer', async () => {
    const window = new Idempotency(clockwork());
    const first = Promise.withResolvers<string>();
    const answers = [
      window.once('Create', 'lab', request('a'), () => first.promise),
      window.once('Create', 'lab', request('a'), async () => 'second'),
    ];
    first.resolve('first');
    assert.deepEqual(await Promise.all(answers), ['first', 'first']);
  });

  test('a failure is not remembered, but those that waited for it get it', async () => {
    const window = new Idempotency(clockwork());
    const first = Promise.withResolvers<never>();
    const answers = [
      window.once('Create', 'lab', request('a'), () => first.promise),
      window.once('Create', 'lab', request('a'), async () => 'second'),
    ];
    first.reject(failedPrecondition('BROKEN', 'no'));
    for (const answer of answers) await assert.rejects(answer, { reason: 'BROKEN' });
    assert.equal(await window.once('Create', 'lab', request('a'), async () => 'third'), 'third');
  });

  test('when the first caller goes away, one of those that waited takes over', async () => {
    const window = new Idempotency(clockwork());
    const { perform } = counting();
    const first = Promise.withResolvers<never>();
    const gone = window.once('Create', 'lab', request('a'), () => first.promise);
    const waiting = [1, 2].map(() => window.once('Create', 'lab', request('a'), perform));
    first.reject(cancelled());
    await assert.rejects(gone, { code: 'cancelled' });
    assert.deepEqual(await Promise.all(waiting), [1, 1]);
  });

  test('the same id with another request is refused, also while the first is under way', async () => {
    const window = new Idempotency(clockwork());
    const first = Promise.withResolvers<string>();
    const answer = window.once('Create', 'lab', request('a', { id: 'x' }), () => first.promise);
    const refused = (error: PetriError) => {
      assert.equal(error.code, 'invalid_argument');
      assert.equal(error.reason, 'REQUEST_ID_REUSED');
      assert.equal(error.violations[0]?.field, 'request_id');
      return true;
    };
    await assert.rejects(
      window.once('Create', 'lab', request('a', { id: 'y' }), async () => 'second'),
      refused,
    );
    first.resolve('first');
    await answer;
    await assert.rejects(
      window.once('Create', 'lab', request('a', { id: 'y' }), async () => 'second'),
      refused,
    );
  });

  test('requests are the same whatever the order of their map entries', async () => {
    const window = new Idempotency(clockwork());
    const { perform } = counting();
    const bytes = new Uint8Array([1, 2, 3]);
    assert.equal(
      await window.once(
        'Create',
        'lab',
        request('a', { labels: { x: '1', y: '2' }, bytes, seconds: 5n }),
        perform,
      ),
      1,
    );
    assert.equal(
      await window.once(
        'Create',
        'lab',
        request('a', { seconds: 5n, labels: { y: '2', x: '1' }, bytes }),
        perform,
      ),
      1,
    );
    const other = request('a', { labels: { x: '1', y: '2' }, bytes: new Uint8Array([1, 2]), seconds: 5n });
    await assert.rejects(window.once('Create', 'lab', other, perform), { reason: 'REQUEST_ID_REUSED' });
  });

  test('an answer is kept for ten minutes and no longer', async () => {
    const { clock, pass } = clockwork();
    const window = new Idempotency({ clock });
    const { perform } = counting();
    await window.once('Create', 'lab', request('a'), perform);
    pass(10 * MINUTE - 1);
    assert.equal(await window.once('Create', 'lab', request('a'), perform), 1);
    pass(1);
    assert.equal(await window.once('Create', 'lab', request('a'), perform), 2);
  });

  test('when it is full the oldest answer goes', async () => {
    const window = new Idempotency({ ...clockwork(), capacity: 3 });
    const { perform } = counting();
    for (const id of ['a', 'b', 'c']) await window.once('Create', 'lab', request(id), perform);
    assert.equal(await window.once('Create', 'lab', request('b'), perform), 2);
    await window.once('Create', 'lab', request('d'), perform);
    assert.equal(await window.once('Create', 'lab', request('d'), perform), 4);
    assert.equal(await window.once('Create', 'lab', request('a'), perform), 5);
  });

  test('an id of 128 characters is accepted, one of 129 is not', async () => {
    const window = new Idempotency(clockwork());
    const { perform } = counting();
    assert.equal(await window.once('Create', 'lab', request('x'.repeat(128)), perform), 1);
    await assert.rejects(window.once('Create', 'lab', request('x'.repeat(129)), perform), {
      code: 'invalid_argument',
    });
  });
});
