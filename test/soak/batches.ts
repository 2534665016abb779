import { Counters } from './counters.ts';
import { isContained, KILLER_LIMITS } from './killers.ts';
import type { Bench, Part } from './part.ts';

const SANDBOXES = 100;

/** Runs in batches, with killers among them. */
export function batches(bench: Bench): Part {
  const { sandboxes, tally, killers } = bench;
  const counters = new Counters(bench, 'batch', SANDBOXES);
  let [rounds, hostile] = [0, 0];

  return {
    name: 'batches',
    prepare: () => counters.create(),
    async round() {
      rounds = (rounds + 1) % 1_000;
      const bad = new Map(killers.among(SANDBOXES).map((killer) => [`hostile-${hostile++}`, killer]));
      for (const [id, { genome }] of bad) await sandboxes.create({ id, genome, limits: KILLER_LIMITS });
      const attacks = [...bad].map(([id, { timeoutMs }]) => ({ id, spec: { function: 'f', timeoutMs } }));
      const entries = [...attacks, ...counters.ids.map((id) => ({ id }))];
      const wanted = new Map(counters.ids.map((id) => [id, counters.expect(id, rounds)]));
      const unanswered = new Set(entries.map(({ id }) => id));
      const spec = { function: 'next', arguments: [rounds] };
      for await (const { id, run, error } of sandboxes.batchRun(entries, { spec })) {
        unanswered.delete(id);
        const told = () => `${id} in a batch: ${JSON.stringify(run ?? String(error))}`;
        const outcome = run?.outcome ?? 'ERROR';
        if (bad.has(id)) tally.killed(outcome, isContained(outcome), told);
        else {
          const value = run?.outcome === 'COMPLETED' ? JSON.stringify(run.value) : undefined;
          tally.answered(value === wanted.get(id), told);
        }
      }
      tally.lose(unanswered.size, `of a batch: ${[...unanswered].join(', ')}`);
      await sandboxes.batchDestroy([...bad.keys()], { graceMs: 0 });
    },
    finish: () => counters.verify(),
  };
}
