import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Petri, PetriError } from '@petri/client';
import { type TenantNode, tenantNode } from './support/tenants.ts';
import { until } from './support/until.ts';

const SQUARE = 'export const f = (x) => x * x;';
const ROLES = { ann: 'operator', 'bob@lab': 'operator', 'eve@lab': 'reader', root: 'admin' };
/** Garbage as soon as any rule allows it, and only when asked. */
const GREEDY = {
  PETRI_GC_INTERVAL_MS: '0',
  PETRI_GC_RETAIN_GENERATIONS: '1',
  PETRI_GC_ABANDONED_MS: '1',
  PETRI_GC_IDLE_MS: '0',
};

/** All that a caller is told. */
async function failing(call: Promise<unknown>) {
  const error: PetriError = await call.then(
    () => assert.fail('it was allowed'),
    (thrown: PetriError) => thrown,
  );
  const { code, reason, message, metadata, resource, violations, attached } = error;
  return { code, reason, message, metadata, resource, violations, attached };
}

suite('populations of tenants', () => {
  const directory = mkdtempSync(join(tmpdir(), 'petri-tenants-'));
  const log = join(directory, 'audit.jsonl');
  let node: TenantNode;
  let ann: Petri;
  let bob: Petri;
  let eve: Petri;
  let root: Petri;
  before(async () => {
    node = await tenantNode(ROLES, { ...GREEDY, PETRI_AUDIT_FILE: log });
    [ann, bob, eve, root] = await Promise.all([
      node.as('ann'),
      node.as('bob@lab'),
      node.as('eve@lab'),
      node.as('root'),
    ]);
    await ann.sandboxes.create({ id: 'of-ann', genome: SQUARE });
    await ann.populations.create({ id: 'anns' });
    await ann.populations.add('anns', [{ id: 'of-ann', birth: {} }]);
    await bob.populations.create({ id: 'labs' });
  });
  after(async () => {
    await node[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  });

  const listed = async (petri: Petri) =>
    (await Array.fromAsync(petri.populations.list())).map(({ id, tenant }) => `${id} of ${tenant}`);
  const collected = async () => (await root.admin.collectGarbage()).collected;

  test('are seen by their tenant, and by administrators', async () => {
    assert.deepEqual(await listed(ann), ['anns of ann']);
    assert.deepEqual(await listed(bob), ['labs of lab']);
    assert.deepEqual(await listed(eve), ['labs of lab']);
    assert.deepEqual(await listed(root), ['anns of ann', 'labs of lab']);
    assert.equal((await eve.populations.get('labs')).tenant, 'lab');
    assert.equal((await root.populations.get('anns')).size, 1);
  });

  test('are not there for others, by whatever call, and cannot be told from those that are not', async () => {
    const suite = { cases: [{ function: 'f', arguments: [2], expected: 4 }] };
    await bob.sandboxes.create({ id: 'of-lab', genome: SQUARE });
    const calls: Record<string, (id: string) => Promise<unknown>> = {
      get: (id) => bob.populations.get(id),
      delete: (id) => bob.populations.delete(id),
      add: (id) => bob.populations.add(id, ['x']),
      remove: (id) => bob.populations.remove(id, ['of-ann']),
      members: (id) => Array.fromAsync(bob.populations.members(id)),
      advance: (id) => bob.populations.advance(id, {}),
      statistics: (id) => bob.populations.statistics(id),
      record: (id) => bob.fitness.record(id, [{ id: 'of-ann', score: 1 }]),
      adjust: (id) => bob.fitness.adjust(id, [{ id: 'of-ann', delta: 1, reason: 'r' }]),
      fitness: (id) => bob.fitness.get(id, 'of-ann'),
      rank: (id) => Array.fromAsync(bob.fitness.rank(id)),
      top: (id) => bob.fitness.top(id, 1),
      lineage: (id) => bob.lineage.record([{ id: 'x', population: id }]),
      export: (id) => bob.lineage.export({ population: id }),
      evaluate: (id) => bob.sandboxes.evaluate('of-lab', { suite }, { record: { population: id } }),
      batch: (id) =>
        Array.fromAsync(bob.sandboxes.batchEvaluate(['of-lab'], { suite }, { record: { population: id } })),
    };
    for (const [name, call] of Object.entries(calls)) {
      const foreign = await failing(call('anns'));
      assert.deepEqual([name, foreign.code], [name, 'not_found']);
      const missing = JSON.stringify(await failing(call('anny'))).replaceAll('anny', 'anns');
      assert.equal(JSON.stringify(foreign), missing, name);
    }
    const taken = await failing(bob.populations.create({ id: 'anns' }));
    assert.deepEqual(taken, await failing(ann.populations.create({ id: 'anns' })));
    await bob.populations.delete('anns', { allowMissing: true });
    assert.equal((await ann.populations.get('anns')).size, 1);
    await bob.sandboxes.destroy('of-lab');
  });

  test("take in no other's sandboxes", async () => {
    const foreign = await failing(bob.populations.add('labs', ['mine', 'of-ann']));
    assert.deepEqual([foreign.code, foreign.reason], ['not_found', 'SANDBOX_NOT_FOUND']);
    await assert.rejects(bob.populations.advance('labs', { newcomers: ['of-ann'] }), {
      reason: 'SANDBOX_NOT_FOUND',
    });
    await assert.rejects(root.populations.add('labs', ['of-ann']), { reason: 'SANDBOX_NOT_FOUND' });
    const { size, generation } = await bob.populations.get('labs');
    assert.deepEqual([size, generation], [0, 0]);
    const line = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .findLast((each) => each.includes('AddMembers'));
    const refused = () => JSON.parse(line() ?? '{}') as Record<string, unknown>;
    await until('it is in the audit log', () => refused()['sandbox'] === 'of-ann');
    assert.equal(refused()['reason'], 'OTHER_TENANT');
  });

  test("have no say over other's sandboxes that came later: neither their collection nor their being kept", async () => {
    for (const id of ['gone', 'old', 'kept']) await bob.populations.create({ id });
    await bob.populations.add('gone', ['late-1', 'late-0']);
    await bob.populations.add('old', ['late-2']);
    await bob.populations.add('kept', ['late-3']);
    for (const id of ['late-1', 'late-2', 'late-3']) await ann.sandboxes.create({ id, genome: SQUARE });
    // The same, but all of one tenant: this is what would happen to the others.
    await bob.sandboxes.create({ id: 'late-0' });
    await ann.populations.create({ id: 'anns-gone' });
    await ann.populations.add('anns-gone', ['late-3']);
    await bob.populations.delete('gone');
    await bob.populations.advance('old', {});
    await bob.populations.advance('old', {});
    await ann.populations.delete('anns-gone');
    assert.equal((await bob.populations.statistics('kept')).diversity.known, 0);
    const taken: string[] = [];
    await until('what is garbage is collected', async () => {
      taken.push(...(await collected()).map(({ id, reason }) => `${id}: ${reason}`));
      return taken.length >= 2;
    });
    assert.deepEqual(taken.sort(), ['late-0: ABANDONED', 'late-3: ABANDONED']);
    assert.deepEqual(await collected(), []);
    assert.equal(await ann.sandboxes.call('late-1', 'f', 3), 9);
    assert.equal(await ann.sandboxes.call('late-2', 'f', 3), 9);
  });

  test('keep their pins to themselves', async () => {
    const idsOf = async (petri: Petri) =>
      (await Array.fromAsync(petri.pins.list())).map(({ id, tenant }) => `${id} of ${tenant}`);
    await ann.pins.add(['of-ann', 'later']);
    await bob.pins.add(['later']);
    await bob.pins.remove(['of-ann']);
    await assert.rejects(bob.pins.add(['of-ann']), { reason: 'SANDBOX_NOT_FOUND' });
    assert.deepEqual(await idsOf(ann), ['later of ann', 'of-ann of ann']);
    assert.deepEqual(await idsOf(bob), ['later of lab']);
    assert.deepEqual(await idsOf(root), ['later of ann', 'later of lab', 'of-ann of ann']);
    await bob.pins.remove(['later']);
    assert.equal((await idsOf(ann)).length, 2);
    await ann.pins.remove(['of-ann', 'later']);
    await root.pins.add(['of-ann']);
    assert.deepEqual(await idsOf(ann), ['of-ann of ann']);
    await root.pins.remove(['of-ann']);
    assert.deepEqual(await idsOf(root), []);
  });

  test('have a lineage each, whatever the ids', async () => {
    await ann.lineage.record([{ id: 'seed' }, { id: 'child', parents: ['seed'] }]);
    await bob.lineage.record([{ id: 'seed' }, { id: 'other', parents: ['seed'] }]);
    const below = async (petri: Petri, id: string) =>
      (await petri.lineage.descendants(id)).relatives.map((each) => each.id);
    assert.deepEqual(await below(ann, 'seed'), ['child']);
    assert.deepEqual(await below(bob, 'seed'), ['other']);
    await assert.rejects(bob.lineage.get('of-ann'), { reason: 'INDIVIDUAL_NOT_FOUND' });
    await assert.rejects(bob.lineage.commonAncestor(['seed', 'child']), { reason: 'INDIVIDUAL_NOT_FOUND' });
    await assert.rejects(bob.lineage.record([{ id: 'y', parents: ['child'] }]), {
      reason: 'LINEAGE_PARENT_UNKNOWN',
    });
    assert.doesNotMatch(await bob.lineage.export(), /"id":"child"/);
    assert.equal((await root.lineage.get('child')).id, 'child');
    assert.match(await root.lineage.export({ population: 'anns' }), /of-ann/);
  });

  test('tell only their own tenant of fitness, also of individuals without a sandbox', async () => {
    await ann.populations.add('anns', ['bodiless']);
    await bob.populations.add('labs', ['bodiless']);
    const seen: string[] = [];
    const stop = new AbortController();
    const watch = (async () => {
      for await (const item of bob.events.watch({ signal: stop.signal }))
        if (item.kind === 'POPULATION_FITNESS_RECORDED') seen.push(item.population);
    })().catch((thrown: unknown) => {
      if (!stop.signal.aborted) throw thrown;
    });
    await until('bob sees an event of his', async () => {
      await ann.fitness.record('anns', [{ id: 'bodiless', score: 1 }]);
      await bob.fitness.record('labs', [{ id: 'bodiless', score: 1 }]);
      return seen.length > 0;
    });
    stop.abort();
    await watch;
    assert.deepEqual([...new Set(seen)], ['labs']);
  });
});
