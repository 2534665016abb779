import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { FairQueue } from './fair-queue.ts';

type Item = { flow: string; n: number };

const queueOf = (now = () => 0) => new FairQueue<Item>(({ flow }) => flow, now);
const item = fc.record({ flow: fc.constantFrom('a', 'b', 'c'), n: fc.nat() });

suite('a fair queue', () => {
  test('serves whoever comes late in turn, not last', () => {
    const queue = queueOf();
    for (let n = 0; n < 100; n++) queue.push({ flow: 'noisy', n });
    queue.take();
    queue.push({ flow: 'quiet', n: 0 });
    const next = [queue.take(), queue.take()].map((taken) => taken?.flow);
    assert.ok(next.includes('quiet'), String(next));
  });

  test('gives a tenant of costly items fewer of them', () => {
    const queue = queueOf();
    const served = { dear: 0, cheap: 0 };
    for (let n = 0; n < 1_000; n++) for (const flow of ['dear', 'cheap']) queue.push({ flow, n });
    for (let n = 0; n < 600; n++) {
      const taken = queue.take()!;
      served[taken.flow as keyof typeof served]++;
      queue.learn(taken, taken.flow === 'dear' ? 10 : 1);
    }
    const ratio = served.cheap / served.dear;
    assert.ok(ratio > 8 && ratio < 12, `${served.cheap} cheap, ${served.dear} dear`);
  });

  test('does not let a tenant save up while it has nothing to do', () => {
    const queue = queueOf();
    queue.push({ flow: 'late', n: 0 });
    queue.take();
    for (let n = 0; n < 100; n++) queue.push({ flow: 'busy', n });
    for (let n = 0; n < 50; n++) queue.take();
    for (let n = 1; n <= 50; n++) queue.push({ flow: 'late', n });
    const next = Array.from({ length: 20 }, () => queue.take()!.flow);
    const late = next.filter((flow) => flow === 'late').length;
    assert.ok(late >= 9 && late <= 11, `${late} of 20`);
  });

  test('holds against a tenant what its items cost in truth, even if it was away for a while', () => {
    let now = 0;
    const queue = queueOf(() => now);
    queue.push({ flow: 'long', n: 0 });
    queue.learn(queue.take()!, 500);
    now = 1_200;
    for (let n = 0; n < 100; n++) for (const flow of ['short', 'long']) queue.push({ flow, n });
    const next = Array.from({ length: 100 }, () => queue.take()!.flow);
    assert.deepEqual(new Set(next), new Set(['short']));
  });

  test('does not hold it against a tenant without end', () => {
    const queue = queueOf();
    queue.push({ flow: 'endless', n: 0 });
    queue.charge(queue.take()!, 1e9);
    for (let n = 0; n < 1_500; n++) for (const flow of ['short', 'endless']) queue.push({ flow, n });
    const next = Array.from({ length: 1_500 }, () => queue.take()!.flow);
    assert.ok(next.includes('endless'));
  });

  test('passes over what is not eligible', () => {
    const queue = queueOf();
    queue.push({ flow: 'a', n: 1 });
    queue.push({ flow: 'a', n: 2 });
    queue.push({ flow: 'b', n: 1 });
    assert.deepEqual(
      queue.take(({ n }) => n === 2),
      { flow: 'a', n: 2 },
    );
    assert.equal(
      queue.take(({ n }) => n === 2),
      undefined,
    );
    assert.equal(queue.size, 2);
  });

  test('forgets tenants that are gone', () => {
    let now = 0;
    const queue = queueOf(() => now);
    queue.push({ flow: 'a', n: 0 });
    queue.take();
    queue.push({ flow: 'b', n: 0 });
    assert.equal(queue.shared, true);
    queue.take();
    now = 5_000;
    queue.push({ flow: 'c', n: 0 });
    assert.equal(queue.shared, false);
  });

  test('loses nothing, invents nothing, and keeps the order within a tenant', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 60 }), (items) => {
        const queue = queueOf();
        for (const each of items) queue.push(each);
        assert.equal(queue.size, items.length);
        const taken: Item[] = [];
        for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next);
        assert.equal(queue.size, 0);
        for (const flow of ['a', 'b', 'c']) {
          const own = (list: Item[]) => list.filter((each) => each.flow === flow);
          assert.deepEqual(own(taken), own(items));
        }
      }),
    );
  });

  test('keeps the shares of tenants that always have work within one item of each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 80 }), (flows, turns) => {
        const queue = queueOf();
        for (let n = 0; n < turns; n++)
          for (let flow = 0; flow < flows; flow++) queue.push({ flow: `f${flow}`, n });
        const served = new Map<string, number>();
        for (let n = 0; n < turns; n++) {
          const { flow } = queue.take()!;
          served.set(flow, (served.get(flow) ?? 0) + 1);
        }
        const counts = Array.from({ length: flows }, (_, flow) => served.get(`f${flow}`) ?? 0);
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join(' '));
      }),
    );
  });

  test('extracts and removes what is asked for alone', () => {
    fc.assert(
      fc.property(fc.array(item), fc.nat(3), (items, remainder) => {
        const queue = queueOf();
        for (const each of items) queue.push(each);
        const wanted = ({ n }: Item) => n % 4 === remainder;
        assert.equal(queue.extract(wanted).length, items.filter(wanted).length);
        assert.equal([...queue].some(wanted), false);
        assert.equal(queue.size, items.filter((each) => !wanted(each)).length);
        const [first] = [...queue];
        if (first !== undefined) assert.equal(queue.remove(first), true);
      }),
    );
  });
});
