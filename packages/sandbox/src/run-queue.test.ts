import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { RunQueue } from './run-queue.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

type Step = 'come' | 'leave' | 'give up';
const steps = fc.array(fc.constantFrom<Step>('come', 'come', 'come', 'leave', 'leave', 'give up'), {
  maxLength: 60,
});

suite('a queue of runs', () => {
  test('has never more in it than may be, and gives places in the order in which they are asked for', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(4), async (given, limit) => {
        const queue = new RunQueue();
        const [inside, waiting]: [number[], Map<number, AbortController>] = [[], new Map()];
        let came = 0;
        let left = 0;
        for (const step of given) {
          if (step === 'come') {
            const number = came++;
            if (queue.enter(limit)) inside.push(number);
            else {
              const caller = new AbortController();
              waiting.set(number, caller);
              void queue.wait(caller.signal).then(
                () => (waiting.delete(number), inside.push(number)),
                () => waiting.delete(number),
              );
            }
          } else if (step === 'leave' && left < inside.length) {
            left++;
            queue.leave();
          } else if (step === 'give up') [...waiting.values()].at(-1)?.abort();
          await settled();
          assert.equal(queue.size, inside.length - left);
          assert.ok(queue.size <= limit + 1);
          assert.ok(waiting.size === 0 || queue.size === limit + 1, 'a place is free, and some wait');
          assert.deepEqual(
            inside,
            inside.toSorted((a, b) => a - b),
          );
        }
      }),
    );
  });

  test('refuses those who wait when it is cleared, and who comes with a signal that has aborted', async () => {
    const queue = new RunQueue();
    assert.ok(queue.enter(0));
    const waiting = [queue.wait(undefined), queue.wait(new AbortController().signal)];
    const refused = Promise.all(waiting.map((each) => assert.rejects(each, /gone/)));
    queue.clear(new Error('gone'));
    await refused;
    await assert.rejects(queue.wait(AbortSignal.abort()), { code: 'cancelled' });
    queue.leave();
    assert.equal(queue.size, 0);
  });
});
