import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { Echo, startEcho } from '../test/echo.ts';
import { createServiceClient } from './service-client.ts';

suite('createServiceClient', () => {
  test('an unreachable server is unavailable', async () => {
    const client = new Client('127.0.0.1:1', credentials.createInsecure());
    await assert.rejects(createServiceClient(Echo, client).say({}), { code: 'unavailable' });
    client.close();
  });

  test('time-out and deadline: the earlier one ends the call', async () => {
    await using echo = await startEcho({ say: () => new Promise<never>(() => undefined) });
    const hour = 3_600_000;
    await assert.rejects(echo.client.say({}, { timeoutMs: 30, deadline: Date.now() + hour }), {
      code: 'deadline_exceeded',
    });
    await assert.rejects(echo.client.say({}, { timeoutMs: hour, deadline: Date.now() + 30 }), {
      code: 'deadline_exceeded',
    });
  });

  test('a signal that has already aborted sends nothing', async () => {
    let calls = 0;
    await using echo = await startEcho({
      say: () => {
        calls++;
        return {};
      },
    });
    const signal = AbortSignal.abort();
    await assert.rejects(echo.client.say({}, { signal }), { code: 'cancelled' });
    await assert.rejects(Array.fromAsync(echo.client.count({}, { signal })), { code: 'cancelled' });
    assert.equal(calls, 0);
  });

  test('a signal ends a stream that is waiting for its next message', async () => {
    const abort = new AbortController();
    await using echo = await startEcho({
      async *count(_, { signal }) {
        yield { value: 'first' };
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
    });
    const stream = echo.client.count({}, { signal: abort.signal });
    assert.equal((await stream.next()).value?.value, 'first');
    const next = stream.next();
    abort.abort();
    await assert.rejects(next, { code: 'cancelled' });
  });

  test('requests of a stream are pulled as the server reads, and no more once it has answered', async () => {
    let pulled = 0;
    const requests = async function* () {
      for (;;) {
        pulled++;
        yield { value: 'x'.repeat(64 * 1024) };
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await using echo = await startEcho({
      async join(stream) {
        let read = 0;
        for await (const { value } of stream) if ((read += value.length) > 1024 * 1024) break;
        return { value: String(read) };
      },
    });
    assert.ok(Number((await echo.client.join(requests())).value) > 1024 * 1024);
    const before = pulled;
    await echo.client.say({});
    await echo.client.say({});
    assert.ok(pulled <= before + 1, `${pulled} after ${before}`);
  });

  test('what a source of requests throws cancels the call, and is thrown', async () => {
    const [reading, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<unknown>()];
    await using echo = await startEcho({
      async join(stream) {
        try {
          for await (const _ of stream) reading.resolve();
        } catch (thrown) {
          ended.resolve(thrown);
        }
        return {};
      },
    });
    const requests = async function* () {
      yield { value: 'x' };
      await reading.promise;
      throw new TypeError('no more');
    };
    await assert.rejects(echo.client.join(requests()), new TypeError('no more'));
    assert.equal(((await ended.promise) as { code?: string }).code, 'cancelled');
  });

  test('a stream of requests is joined, refused and cancelled as any call', async () => {
    const values = async function* () {
      for (const value of ['a', 'b', 'c']) yield { value };
    };
    await using echo = await startEcho();
    assert.equal((await echo.client.join(values())).value, 'abc');
    await assert.rejects(echo.client.join(values(), { signal: AbortSignal.abort() }), { code: 'cancelled' });
    const abort = new AbortController();
    const never = async function* () {
      yield { value: 'x' };
      abort.abort();
      await new Promise(() => undefined);
    };
    await assert.rejects(echo.client.join(never(), { signal: abort.signal }), { code: 'cancelled' });
  });

  test('signals are let go when calls end', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = (name: 'addEventListener' | 'removeEventListener', step: number) => {
      const original = signal[name].bind(signal) as (...args: unknown[]) => void;
      signal[name] = (...args: unknown[]) => {
        listeners += step;
        original(...args);
      };
    };
    counted('addEventListener', 1);
    counted('removeEventListener', -1);
    await using echo = await startEcho();
    await echo.client.say({}, { signal });
    await Array.fromAsync(echo.client.count({ value: 3 }, { signal }));
    assert.equal(listeners, 0);
  });

  test('a request that cannot be encoded rejects', async () => {
    await using echo = await startEcho();
    await assert.rejects(Array.fromAsync(echo.client.count({ value: -1 })), {
      code: 'invalid_argument',
      message: /value/,
    });
  });

  test('metadata goes out as headers', async () => {
    await using echo = await startEcho({
      say: (_, { metadata }) => ({ value: String(metadata.get('x-tenant')[0]) }),
    });
    const metadata = new Metadata();
    metadata.set('x-tenant', 'a');
    assert.equal((await echo.client.say({}, { metadata })).value, 'a');
    assert.equal((await echo.client.say({}, { metadata: { 'x-tenant': 'b' } })).value, 'b');
  });

  test('many streams of many messages arrive in order', async () => {
    await using echo = await startEcho();
    const streams = await Promise.all(
      Array.from({ length: 8 }, () =>
        Array.fromAsync(echo.client.count({ value: 2000 }), ({ value }) => value),
      ),
    );
    const expected = Array.from({ length: 2000 }, (_, index) => String(index));
    for (const received of streams) assert.deepEqual(received, expected);
  });
});
