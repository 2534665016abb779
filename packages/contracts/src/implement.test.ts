import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { suite, test } from 'node:test';
import type { ServiceError } from '@grpc/grpc-js';
import { PetriError, notFound } from '@petri/core';
import { Echo, startEcho } from '../test/echo.ts';
import type { CallContext } from './call-context.ts';
import { fromStatus } from './from-status.ts';
import { implement } from './implement.ts';
import { serviceDefinition } from './service-definition.ts';

const definition = serviceDefinition(Echo);
const identity = (bytes: Buffer) => bytes;
const textOf = (response: object | undefined) => (response as { value: string }).value;

const unencodable = {
  toString() {
    throw new Error('no text');
  },
} as never;

/** A handler that waits until its call is over, and a promise of the reason. */
function untilAborted() {
  const reason = Promise.withResolvers<PetriError>();
  const running = Promise.withResolvers<void>();
  const wait = ({ signal }: CallContext) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reason.resolve(signal.reason as PetriError);
        reject(signal.reason as PetriError);
      });
      running.resolve();
    });
  return { wait, running: running.promise, reason: reason.promise };
}

suite('implement', () => {
  test('a PetriError reaches the caller with its details', async () => {
    await using echo = await startEcho({
      say: () => {
        throw notFound('sandbox', 'sb-1');
      },
    });
    await assert.rejects(echo.client.say({ value: 'x' }), (error: PetriError) => {
      assert.equal(error.code, 'not_found');
      assert.equal(error.reason, 'SANDBOX_NOT_FOUND');
      assert.deepEqual(error.resource, { type: 'sandbox', name: 'sb-1' });
      return true;
    });
  });

  test('an unknown error is INTERNAL without its message, and the hook is told', async () => {
    const told: unknown[] = [];
    const bug = new TypeError('secret');
    await using echo = await startEcho(
      {
        say: async () => {
          throw bug;
        },
      },
      { onInternalError: (error, { method }) => told.push(error.cause, method) },
    );
    await assert.rejects(echo.client.say({}), { code: 'internal', message: 'an internal error occurred' });
    assert.deepEqual(told, [bug, '/petri.test.Echo/Say']);
  });

  test('a response that cannot be encoded is INTERNAL, in streams too', async () => {
    const told: string[] = [];
    await using echo = await startEcho(
      {
        say: () => ({ value: unencodable }),
        async *count() {
          yield { value: 'good' };
          yield { value: unencodable };
        },
      },
      { onInternalError: (_, { method }) => told.push(method) },
    );
    await assert.rejects(echo.client.say({}), { code: 'internal' });
    await assert.rejects(Array.fromAsync(echo.client.count({})), { code: 'internal' });
    assert.deepEqual(told, ['/petri.test.Echo/Say', '/petri.test.Echo/Count']);
  });

  test('a request that cannot be decoded is INVALID_ARGUMENT', async () => {
    await using echo = await startEcho();
    const { path } = definition['say']!;
    const failure = await new Promise<unknown>((resolve) => {
      const broken = Buffer.from([0x0a, 0xff]);
      echo.raw.makeUnaryRequest(path, identity, identity, broken, (error: ServiceError | null) =>
        resolve(error),
      );
    });
    const { code, reason } = fromStatus(failure);
    assert.deepEqual([code, reason], ['invalid_argument', 'MALFORMED_REQUEST']);
  });

  test('a message with a lone surrogate does not take the server down', async () => {
    await using echo = await startEcho({
      say: ({ value }) => {
        throw new PetriError('aborted', `cut \ud83e ${value}`);
      },
    });
    await assert.rejects(echo.client.say({ value: 'one' }), { message: 'cut \ufffd one' });
    await assert.rejects(echo.client.say({ value: 'two' }), { message: 'cut \ufffd two' });
  });

  test('before() can refuse a call and sees what the caller sent', async () => {
    await using echo = await startEcho(
      {},
      {
        before: ({ metadata, peer }) => {
          assert.match(peer, /^127\.0\.0\.1:\d+$/);
          if (metadata.get('authorization')[0] !== 'Bearer good')
            throw new PetriError('unauthenticated', 'who?');
        },
      },
    );
    const good = { metadata: { authorization: 'Bearer good' } };
    assert.equal((await echo.client.say({ value: 'x' }, good)).value, 'x');
    await assert.rejects(echo.client.say({ value: 'x' }), { code: 'unauthenticated' });
    await assert.rejects(Array.fromAsync(echo.client.count({ value: 1 })), { code: 'unauthenticated' });
  });

  test('handlers keep their object as `this`', async () => {
    const handlers = {
      prefix: 'echo ',
      say(request: { value: string }) {
        return { value: this.prefix + request.value };
      },
    };
    await using echo = await startEcho({ say: handlers.say.bind(handlers) });
    assert.equal((await echo.client.say({ value: 'x' })).value, 'echo x');
  });

  test('client streaming: the handler reads what the caller sends', async () => {
    await using echo = await startEcho();
    const joined = await new Promise<object | undefined>((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = definition['join']!;
      const call = echo.raw.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        (error, value) => (error ? reject(error) : resolve(value as object)),
      );
      for (const value of ['a', 'b', 'c']) call.write({ value });
      call.end();
    });
    assert.equal(textOf(joined), 'abc');
  });

  test('bidi streaming: a handler may stop reading and go on writing', async () => {
    await using echo = await startEcho({
      async *chat(requests) {
        for await (const { value } of requests) {
          yield { value };
          break;
        }
        yield { value: 'enough' };
      },
    });
    const { path, requestSerialize, responseDeserialize } = definition['chat']!;
    const call = echo.raw.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    call.write({ value: 'first' });
    call.write({ value: 'second' });
    const received = await Array.fromAsync(call as AsyncIterable<object>, textOf);
    assert.deepEqual(received, ['first', 'enough']);
  });

  test('a lost client stream is a cancellation, not an internal error', async () => {
    const failed = Promise.withResolvers<PetriError>();
    const told: unknown[] = [];
    const reading = Promise.withResolvers<void>();
    await using echo = await startEcho(
      {
        async join(requests) {
          try {
            for await (const each of requests) reading.resolve(void each);
          } catch (thrown) {
            failed.resolve(thrown as PetriError);
            throw thrown;
          }
          return {};
        },
      },
      { onInternalError: (error) => told.push(error) },
    );
    const { path, requestSerialize } = definition['join']!;
    const call = echo.raw.makeClientStreamRequest(path, requestSerialize, identity, () => undefined);
    call.write({ value: 'x' });
    await reading.promise;
    call.cancel();
    assert.equal((await failed.promise).code, 'cancelled');
    assert.deepEqual(told, []);
  });
});

suite('the signal of a call', () => {
  test('aborts when the caller cancels', async () => {
    const { wait, running, reason } = untilAborted();
    await using echo = await startEcho({ say: (_, context) => wait(context) });
    const abort = new AbortController();
    const call = echo.client.say({}, { signal: abort.signal });
    await running;
    abort.abort();
    await assert.rejects(call, { code: 'cancelled' });
    assert.equal((await reason).code, 'cancelled');
  });

  test('aborts when the connection is lost', async () => {
    const { wait, running, reason } = untilAborted();
    await using echo = await startEcho({ say: (_, context) => wait(context) });
    const session = connect(`http://${echo.address}`);
    session.on('error', () => undefined);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/petri.test.Echo/Say',
      'content-type': 'application/grpc',
    });
    stream.on('error', () => undefined);
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
    await running;
    session.destroy();
    assert.equal((await reason).code, 'cancelled');
  });

  test('aborts at the deadline even if the peer reads nothing', async () => {
    const reason = Promise.withResolvers<PetriError>();
    await using echo = await startEcho({
      async *count(_, { signal, deadline }) {
        assert.ok(deadline !== undefined && deadline > Date.now() - 1000);
        signal.addEventListener('abort', () => reason.resolve(signal.reason as PetriError));
        for (;;) yield { value: 'x'.repeat(50_000) };
      },
    });
    const session = connect(`http://${echo.address}`);
    session.on('error', () => undefined);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/petri.test.Echo/Count',
      'content-type': 'application/grpc',
      'grpc-timeout': '100m',
    });
    stream.on('error', () => undefined);
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
    assert.equal((await reason.promise).code, 'deadline_exceeded');
    session.destroy();
  });

  test('does not abort because the call has completed', async () => {
    const signals: AbortSignal[] = [];
    await using echo = await startEcho({
      say: (_, { signal }) => {
        signals.push(signal);
        return {};
      },
    });
    await echo.client.say({}, { timeoutMs: 60_000 });
    await echo.client.say({});
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false, false],
    );
  });

  test('a call without a deadline has none', async () => {
    const deadlines: unknown[] = [];
    await using echo = await startEcho({
      say: (_, { deadline }) => {
        deadlines.push(deadline);
        return {};
      },
    });
    await echo.client.say({});
    assert.deepEqual(deadlines, [undefined]);
  });
});

suite('streams', () => {
  test('the handler is not pulled ahead of a slow reader', async () => {
    let yielded = 0;
    await using echo = await startEcho({
      async *count({ value }) {
        for (; yielded < value; yielded++) yield { value: 'x'.repeat(8 * 1024) };
      },
    });
    let received = 0;
    let lead = 0;
    for await (const _ of echo.client.count({ value: 600 })) {
      received++;
      await new Promise((resolve) => setImmediate(resolve));
      lead = Math.max(lead, yielded - received);
    }
    assert.equal(received, 600);
    assert.ok(lead < 100, `the handler was ${lead} messages ahead`);
  });

  test('a handler is closed when the caller goes away', async () => {
    const closed = Promise.withResolvers<void>();
    await using echo = await startEcho({
      async *count() {
        try {
          for (;;) yield { value: 'x' };
        } finally {
          closed.resolve();
        }
      },
    });
    for await (const { value } of echo.client.count({})) {
      assert.equal(value, 'x');
      break;
    }
    await closed.promise;
  });

  test('what was sent before an error arrives before it', async () => {
    await using echo = await startEcho({
      async *count({ value }) {
        for (let number = 0; number < value; number++) yield { value: String(number) };
        throw new PetriError('resource_exhausted', 'no more', { reason: 'FULL', retryAfterMs: 1500 });
      },
    });
    const received: string[] = [];
    const reading = (async () => {
      for await (const { value } of echo.client.count({ value: 100 })) received.push(value);
    })();
    await assert.rejects(reading, { code: 'resource_exhausted', reason: 'FULL', retryAfterMs: 1500 });
    assert.equal(received.length, 100);
  });
});

suite('types', () => {
  test('handlers of the wrong shape do not compile', () => {
    const count = async function* () {
      yield { value: 'x' };
    };
    const join = () => ({});
    const say = () => ({});
    const badSay = () => ({ value: 5 });
    const badRequest = (request: { value: number }) => ({ value: `${request.value}` });
    const badCount = async function* () {
      yield { value: 5 };
    };
    const never = () => {
      implement(Echo, { say, count, join, chat: count });
      // @ts-expect-error a response field of the wrong type
      implement(Echo, { say: badSay, count, join, chat: count });
      // @ts-expect-error a request of the wrong type
      implement(Echo, { say: badRequest, count, join, chat: count });
      // @ts-expect-error one response where a stream is due
      implement(Echo, { say, count: join, join, chat: count });
      // @ts-expect-error a stream of the wrong type
      implement(Echo, { say, count: badCount, join, chat: count });
      // @ts-expect-error a method is missing
      implement(Echo, { say, count, join });
    };
    assert.equal(typeof never, 'function');
  });

  test('grpc-js has the same view of the service', async () => {
    await using echo = await startEcho();
    const { path, requestSerialize, responseDeserialize } = definition['say']!;
    const answer = await new Promise<object | undefined>((resolve, reject) => {
      echo.raw.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { value: 'x' },
        (error: ServiceError | null, value) => (error ? reject(error) : resolve(value as object)),
      );
    });
    assert.equal(textOf(answer), 'x');
  });
});
