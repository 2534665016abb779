import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Gate } from './gate.ts';

type Step = { exclusive: boolean; turns: number; fails: boolean };

const steps = fc.array(
  fc.record({ exclusive: fc.boolean(), turns: fc.nat({ max: 4 }), fails: fc.boolean() }),
  { maxLength: 30 },
);

async function shared<T>(gate: Gate, work: () => Promise<T>): Promise<T> {
  await gate.enter();
  try {
    return await work();
  } finally {
    gate.leave();
  }
}

/** Sends all through a gate; what started and ended, in order. */
async function pass(given: readonly Step[]): Promise<{ started: number[]; faults: string[] }> {
  const gate = new Gate();
  const started: number[] = [];
  const inside = new Set<number>();
  const faults: string[] = [];
  const work =
    (index: number, { exclusive, turns, fails }: Step) =>
    async () => {
      started.push(index);
      inside.add(index);
      for (let turn = 0; turn <= turns; turn++) {
        const changes = [...inside].filter((other) => given[other]?.exclusive === true).length;
        if (changes > 0 && inside.size > 1) faults.push(`${[...inside].join(' and ')} at once`);
        await new Promise(setImmediate);
      }
      inside.delete(index);
      if (fails) throw new Error(`failed ${exclusive}`);
    };
  const all = given.map((step, index) =>
    step.exclusive ? gate.exclusive(work(index, step)) : shared(gate, work(index, step)),
  );
  const settled = await Promise.allSettled(all);
  for (const [index, { status }] of settled.entries())
    if ((status === 'rejected') !== given[index]?.fails) faults.push(`${index} was ${status}`);
  if (gate.waiting !== 0) faults.push('something waits for ever');
  return { started, faults };
}

suite('a gate', () => {
  test('lets all through in the order they came, and changes alone', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const { started, faults } = await pass(given);
        assert.deepEqual(faults, []);
        assert.deepEqual(
          started,
          given.map((_, index) => index),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('lets runs pass side by side', async () => {
    const gate = new Gate();
    const both = Promise.withResolvers<void>();
    let inside = 0;
    const run = async () => {
      if (++inside === 2) both.resolve();
      await both.promise;
    };
    await Promise.all([shared(gate, run), shared(gate, run)]);
  });

  test('refuses what waits when it is cleared, and goes on', async () => {
    const gate = new Gate();
    const release = Promise.withResolvers<void>();
    const first = gate.exclusive(() => release.promise);
    const waiting = [shared(gate, async () => 1), gate.exclusive(async () => 2)];
    assert.equal(gate.waiting, 2);
    gate.clear(new Error('cleared'));
    for (const refused of waiting) await assert.rejects(refused, { message: 'cleared' });
    release.resolve();
    await first;
    assert.equal(await shared(gate, async () => 3), 3);
  });
});
