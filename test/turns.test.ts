/** A flood of one tenant's does not starve another. Told by counts, not by clocks: machines differ. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tenantNode } from './support/tenants.ts';
import { until } from './support/until.ts';

const GENOME = `export const work = (n) => { const end = Date.now() + 2; while (Date.now() < end); return n; };`;
const FLOOD = 4_000;
const RUNS = 40;

suite('a tenant with one run at a time, beside one with thousands waiting', () => {
  test('has its turn after a run or two of the other, not after all of them', async () => {
    await using node = await tenantNode({ noisy: 'operator', quiet: 'operator' });
    const [noisy, quiet] = [await node.as('noisy'), await node.as('quiet')];
    const created = await Promise.all(
      Array.from({ length: 20 }, () => noisy.sandboxes.create({ genome: GENOME })),
    );
    const { id } = await quiet.sandboxes.create({ genome: GENOME });

    const runs = Array.from({ length: FLOOD }, (_, n) => ({
      id: created[n % created.length]!.id,
      spec: { function: 'work', arguments: [n] },
    }));
    let flooded = 0;
    const end = new AbortController();
    const flood = (async () => {
      for await (const item of noisy.sandboxes.batchRun(runs, { signal: end.signal })) {
        assert.equal(item.run?.outcome, 'COMPLETED');
        flooded++;
      }
    })();
    await until('the flood is under way', () => flooded > 0);

    const before = flooded;
    for (let n = 0; n < RUNS; n++) assert.equal(await quiet.sandboxes.call(id, 'work', n), n);
    const meanwhile = flooded - before;
    end.abort();
    await assert.rejects(flood, { code: 'cancelled' });
    assert.ok(meanwhile > 0, 'the flood went on');
    // Two workers and what they are handed ahead; a queue in order would have let all 4,000 go first.
    assert.ok(meanwhile / RUNS < 20, `${meanwhile} runs of the other's for ${RUNS} of its own`);
  });
});
