import { isContained, type Killer, KILLER_LIMITS } from './killers.ts';
import type { Bench, Part } from './part.ts';

/** Sandboxes that come, are run, exported and imported, and go. */
export function churn({ sandboxes, tally, killers }: Bench): Part {
  let serial = 0;

  const attack = async ({ genome, timeoutMs }: Killer) => {
    const { id } = await sandboxes.create({ genome, limits: KILLER_LIMITS });
    const result = await sandboxes.run(id, 'f', [], { timeoutMs });
    tally.killed(result.outcome, isContained(result.outcome), () => JSON.stringify(result));
    await sandboxes.destroy(id, { graceMs: 0 });
  };

  return {
    name: 'churn',
    async round() {
      const n = ++serial;
      const genome = `import { state } from 'petri:sandbox'; export const f = (x) => (state.last = x + ${n});`;
      const { id } = await sandboxes.create({ genome });
      const first = await sandboxes.call(id, 'f', 1);
      tally.answered(first === 1 + n, () => `${id}: ${JSON.stringify(first)}`);
      const twin = await sandboxes.import(await sandboxes.export(id), { id: `${id}.twin` });
      const last = await sandboxes.runExpression(twin.id, `f(2)`);
      tally.answered(last.outcome === 'COMPLETED' && last.value === 2 + n, () => JSON.stringify(last));
      for (const killer of killers.among(2)) await attack(killer);
      await sandboxes.batchDestroy([id, twin.id]);
    },
  };
}
