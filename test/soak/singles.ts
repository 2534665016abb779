import { Counters } from './counters.ts';
import type { Bench, Part } from './part.ts';

const SANDBOXES = 25;

/** Single runs, one after another: the latency that a caller sees while all the rest goes on. */
export function singles(bench: Bench): Part {
  const { sandboxes, tally } = bench;
  const counters = new Counters(bench, 'single', SANDBOXES);
  let rounds = 0;

  const run = async (id: string) => {
    const wanted = counters.expect(id, rounds);
    const started = performance.now();
    const result = await sandboxes.run(id, 'next', [rounds]);
    tally.took(performance.now() - started);
    const right = result.outcome === 'COMPLETED' && JSON.stringify(result.value) === wanted;
    tally.answered(right, () => `${id}, not ${wanted}: ${JSON.stringify(result)}`);
  };

  return {
    name: 'singles',
    prepare: () => counters.create(),
    async round() {
      rounds = (rounds + 1) % 1_000;
      for (const id of counters.ids) await run(id);
    },
    finish: () => counters.verify(),
  };
}
