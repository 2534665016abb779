import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { batch, mapBounded, type Sized } from './batch.ts';

const sized = <R>(item: R, bytes = 0): Sized<R> => ({ message: () => item, bytes });
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const never = new AbortController().signal;
const MiB = 1024 * 1024;

/** Items that finish when told. */
function controlled(count: number, window: number, signal = never) {
  const waiting = new Map<number, (bytes?: number) => void>();
  const signals: AbortSignal[] = [];
  const stream = batch({
    items: range(count),
    window,
    signal,
    run: (item, _index, stop) => {
      signals.push(stop);
      return new Promise<Sized<number>>((resolve) => {
        waiting.set(item, (bytes = 0) => {
          waiting.delete(item);
          resolve(sized(item, bytes));
        });
      });
    },
  });
  return { stream, waiting, signals, finish: (item: number, bytes?: number) => waiting.get(item)!(bytes) };
}

suite('batch', () => {
  test('an empty batch ends at once', async () => {
    assert.deepEqual(await Array.fromAsync(controlled(0, 4).stream), []);
  });

  test('results come in the order in which items finish', async () => {
    const { stream, finish, waiting } = controlled(4, 4);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const items of stream) seen.push(...items);
    })();
    await turn();
    for (const item of [2, 0, 3, 1]) {
      finish(item);
      await turn();
      await turn();
    }
    await reading;
    assert.deepEqual(seen, [2, 0, 3, 1]);
    assert.equal(waiting.size, 0);
  });

  test('what finishes in one turn comes in one message, and a lone result does not wait for others', async () => {
    const { stream, finish } = controlled(5, 5);
    const first = stream.next();
    finish(3);
    finish(1);
    assert.deepEqual((await first).value, [3, 1]);
    const second = stream.next();
    finish(0);
    assert.deepEqual((await second).value, [0]);
    await stream.return();
  });

  test('a message holds at most 256 results, and at most about 1 MiB', async () => {
    const many = controlled(601, 600);
    const first = many.stream.next();
    many.finish(0);
    await first;
    const second = many.stream.next();
    for (const item of range(600)) many.finish(item + 1);
    assert.equal((await second).value?.length, 256);
    assert.equal((await many.stream.next()).value?.length, 256);
    await many.stream.return();

    const large = controlled(4, 4);
    const answer = large.stream.next();
    for (const item of range(4)) large.finish(item, 600_000);
    assert.deepEqual((await answer).value, [0, 1]);
    assert.deepEqual((await large.stream.next()).value, [2, 3]);
    assert.deepEqual(await large.stream.next(), { done: true, value: undefined });
  });

  test('no more than the window is ever started and not taken, so a slow reader stops new starts', async () => {
    const { stream, finish, waiting } = controlled(10, 3);
    const first = stream.next();
    assert.deepEqual([...waiting.keys()], [0, 1, 2]);
    finish(0);
    assert.deepEqual((await first).value, [0]);
    finish(1);
    finish(2);
    await turn();
    assert.equal(waiting.size, 0, 'nothing is started while results wait to be taken');
    assert.deepEqual((await stream.next()).value, [1, 2]);
    const next = stream.next();
    assert.deepEqual([...waiting.keys()], [3, 4, 5]);
    finish(4);
    await next;
    await stream.return();
  });

  test('large results that nobody takes stop new starts, long before there are as many as the window', async () => {
    const { stream, finish, waiting } = controlled(10_000, 512);
    const first = stream.next();
    assert.equal(waiting.size, 128, 'before any result says how large they are');
    finish(0, MiB);
    await first;
    for (const item of waiting.keys()) finish(item, MiB);
    await turn();
    assert.equal(waiting.size, 0, 'while so much waits to be taken');
    let most = 0;
    for (let taken = 1; taken < 400; taken++) {
      await stream.next();
      most = Math.max(most, waiting.size);
      const [item] = waiting.keys();
      if (item !== undefined) finish(item, MiB);
    }
    assert.ok(most > 0 && most <= 16, `${most} under way`);
    await stream.return();
  });

  test('small results fill the window', async () => {
    const { stream, finish, waiting } = controlled(10_000, 512);
    const first = stream.next();
    finish(0, 10);
    await first;
    const second = stream.next();
    assert.equal(waiting.size, 512);
    finish(1, 10);
    await second;
    await stream.return();
  });

  test('messages are made when they are taken', async () => {
    let made = 0;
    const message = () => ++made;
    const stream = batch({
      items: range(8),
      window: 8,
      signal: never,
      run: () => Promise.resolve({ message, bytes: 600_000 }),
    });
    assert.equal((await stream.next()).value?.length, 2);
    assert.equal(made, 2);
    await stream.return();
  });

  test('an abort ends it with its reason, starts nothing more and reaches every run', async () => {
    const abort = new AbortController();
    const { stream, finish, waiting, signals } = controlled(10, 2, abort.signal);
    const first = stream.next();
    finish(0);
    await first;
    const next = stream.next();
    abort.abort(new Error('gone'));
    await assert.rejects(next, /gone/);
    assert.equal(signals.length, 3);
    assert.ok(signals.every(({ aborted }) => aborted));
    assert.deepEqual([...waiting.keys()], [1, 2]);
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
  });

  test('a reader that leaves aborts the runs in flight', async () => {
    const { stream, finish, signals } = controlled(10, 2);
    const first = stream.next();
    finish(1);
    await first;
    await stream.return();
    assert.ok(signals.every(({ aborted }) => aborted));
    assert.equal((signals[0]!.reason as { code?: string }).code, 'cancelled');
  });

  test('a batch that completes aborts nothing and lets its signal go', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: never[]) => void (listeners++, Reflect.apply(add, signal, args));
    signal.removeEventListener = (...args: never[]) =>
      void (listeners--, Reflect.apply(remove, signal, args));
    const { stream, finish, signals } = controlled(2, 2, signal);
    const first = stream.next();
    finish(0);
    finish(1);
    await first;
    assert.equal((await stream.next()).done, true);
    assert.ok(signals.every(({ aborted }) => !aborted));
    assert.equal(listeners, 0);
  });

  test('a run that rejects after all ends the batch with that', async () => {
    const run = (): Promise<Sized<number>> => Promise.reject(new Error('bug'));
    await assert.rejects(Array.fromAsync(batch({ items: [1, 2], window: 2, signal: never, run })), /bug/);
  });

  test('a hundred thousand items come many to a message', async () => {
    const items = range(100_000);
    let results = 0;
    let messages = 0;
    for await (const message of batch({
      items,
      window: 512,
      signal: never,
      run: async (item) => sized(item),
    })) {
      results += message.length;
      messages++;
    }
    assert.equal(results, items.length);
    assert.ok(messages < items.length / 50, `${messages} messages`);
  });
});

suite('mapBounded', () => {
  test('keeps the order of the items and the bound', async () => {
    let running = 0;
    let most = 0;
    const results = await mapBounded(range(20), 3, never, async (item) => {
      most = Math.max(most, ++running);
      for (let wait = 0; wait < item % 4; wait++) await turn();
      running--;
      return item * 2;
    });
    assert.deepEqual(
      results,
      range(20).map((item) => item * 2),
    );
    assert.equal(most, 3);
  });

  test('starts nothing after an abort', async () => {
    const abort = new AbortController();
    let started = 0;
    const mapping = mapBounded(range(20), 2, abort.signal, async () => {
      if (++started === 4) abort.abort(new Error('gone'));
      await turn();
    });
    await assert.rejects(mapping, /gone/);
    assert.ok(started <= 5, `${started} were started`);
  });
});
