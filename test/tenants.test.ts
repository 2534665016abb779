import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { existingSandbox, type Petri, type PetriError } from '@petri/client';
import { type TenantNode, tenantNode } from './support/tenants.ts';
import { until } from './support/until.ts';

const SQUARE = 'export const f = (x) => x * x;';
const ROLES = { ann: 'operator', 'bob@lab': 'operator', 'eve@lab': 'reader', root: 'admin' };

suite('tenants', () => {
  const directory = mkdtempSync(join(tmpdir(), 'petri-tenants-'));
  const log = join(directory, 'audit.jsonl');
  let node: TenantNode;
  let ann: Petri;
  let bob: Petri;
  let eve: Petri;
  let root: Petri;
  before(async () => {
    node = await tenantNode(ROLES, { PETRI_AUDIT_FILE: log });
    [ann, bob, eve, root] = await Promise.all([
      node.as('ann'),
      node.as('bob@lab'),
      node.as('eve@lab'),
      node.as('root'),
    ]);
    await ann.sandboxes.create({ id: 'of-ann', genome: SQUARE });
    await bob.sandboxes.create({ id: 'of-lab', genome: SQUARE });
  });
  after(async () => {
    await node[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  });

  const idsFor = async (petri: Petri) => {
    const ids: string[] = [];
    for await (const { id } of petri.sandboxes.list()) ids.push(id);
    return ids;
  };

  test('see what is theirs; those of one tenant the same; an administrator all of it', async () => {
    assert.deepEqual(await idsFor(ann), ['of-ann']);
    assert.deepEqual(await idsFor(bob), ['of-lab']);
    assert.deepEqual(await idsFor(eve), ['of-lab']);
    assert.deepEqual(await idsFor(root), ['of-ann', 'of-lab']);
    assert.equal((await eve.sandboxes.get('of-lab')).tenant, 'lab');
    assert.equal((await root.sandboxes.get('of-ann')).tenant, 'ann');
    assert.equal(await root.sandboxes.call('of-ann', 'f', 3), 9);
  });

  test("find no other's sandbox, by whatever call, and cannot tell it from one that is not there", async () => {
    const archive = await bob.sandboxes.export('of-lab');
    const calls: [string, (id: string) => Promise<unknown>][] = [
      ['get', (id) => ann.sandboxes.get(id)],
      ['updateLimits', (id) => ann.sandboxes.updateLimits(id, { maxTasks: 7 })],
      ['restart', (id) => ann.sandboxes.restart(id)],
      ['destroy', (id) => ann.sandboxes.destroy(id)],
      ['reload', (id) => ann.sandboxes.reload(id, 'export const f = () => 0;')],
      ['rollback', (id) => ann.sandboxes.rollback(id)],
      ['version', (id) => ann.sandboxes.version(id, { version: 1 })],
      ['versions', (id) => ann.sandboxes.versions(id)],
      ['export', (id) => ann.sandboxes.export(id)],
      ['usage', (id) => ann.sandboxes.usage(id)],
      ['run', (id) => ann.sandboxes.run(id, 'f', [1])],
      [
        'evaluate',
        (id) =>
          ann.sandboxes.evaluate(id, { suite: { cases: [{ function: 'f', arguments: [1], expected: 1 }] } }),
      ],
    ];
    const failing = async (call: Promise<unknown>) => {
      const error: PetriError = await call.then(
        () => assert.fail('it was allowed'),
        (thrown: PetriError) => thrown,
      );
      const { code, reason, message, metadata, resource, violations, attached } = error;
      return { code, reason, message, metadata, resource, violations, attached };
    };
    for (const [name, call] of calls) {
      const foreign = await failing(call('of-lab'));
      assert.deepEqual([name, foreign.code], [name, 'not_found']);
      const missing = JSON.stringify(await failing(call('of-lax'))).replaceAll('of-lax', 'of-lab');
      assert.equal(JSON.stringify(foreign), missing, name);
    }
    const pair = ['of-ann', 'of-lab'].map((id) => ({ id, spec: { function: 'f', arguments: [2] } }));
    for (const { id, run, error } of await Array.fromAsync(ann.sandboxes.batchRun(pair)))
      assert.deepEqual(
        [id, run?.outcome, error?.code],
        id === 'of-ann' ? [id, 'COMPLETED', undefined] : [id, undefined, 'not_found'],
      );
    assert.deepEqual(
      await bob.sandboxes.get('of-lab').then(({ limits, revision }) => [limits.maxTasks, revision]),
      [100, 1],
    );
    assert.equal(archive.id, 'of-lab');
  });

  test('learn of an id that is taken no more than that', async () => {
    await assert.rejects(ann.sandboxes.create({ id: 'of-lab' }), (error: PetriError) => {
      assert.equal(error.code, 'already_exists');
      assert.equal(existingSandbox(error), undefined);
      return true;
    });
    await assert.rejects(bob.sandboxes.create({ id: 'of-lab' }), (error: PetriError) => {
      assert.equal(existingSandbox(error)?.tenant, 'lab');
      return true;
    });
  });

  test("get no other's answer for the same request_id", async () => {
    const mine = await ann.sandboxes.create({ requestId: 'one' });
    const theirs = await bob.sandboxes.create({ requestId: 'one' });
    assert.notEqual(mine.id, theirs.id);
    assert.deepEqual([mine.tenant, theirs.tenant], ['ann', 'lab']);
    await Promise.all([ann.sandboxes.destroy(mine.id), bob.sandboxes.destroy(theirs.id)]);
  });

  test('own what they import, whatever the archive says; an administrator brings back what was whose', async () => {
    const archive = await bob.sandboxes.export('of-lab');
    assert.equal((await ann.sandboxes.import(archive, { id: 'copy' })).tenant, 'ann');
    await ann.sandboxes.destroy('copy');
    assert.equal((await root.sandboxes.import(archive, { id: 'back' })).tenant, 'lab');
    await bob.sandboxes.destroy('back');
  });

  test('watch their own events only', async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const watch = (async () => {
      for await (const item of ann.events.watch({ signal: stop.signal }))
        if (item.kind !== 'GAP') seen.push(item.sandboxId);
    })().catch((thrown: unknown) => {
      if (!stop.signal.aborted) throw thrown;
    });
    let round = 0;
    await until('ann sees an event of hers', async () => {
      await bob.sandboxes.create({ id: `bob-${++round}` });
      await bob.sandboxes.destroy(`bob-${round}`);
      await ann.sandboxes.create({ id: `ann-${round}` });
      await ann.sandboxes.destroy(`ann-${round}`);
      return seen.length > 0;
    });
    stop.abort();
    await watch;
    assert.deepEqual(
      seen.filter((id) => !id.startsWith('ann-')),
      [],
    );
  });

  test('that reach for what is not theirs are in the audit log', async () => {
    await assert.rejects(eve.sandboxes.get('of-ann'), { reason: 'SANDBOX_NOT_FOUND' });
    const entry = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .find((line) => line.includes('eve@lab') && line.includes('of-ann'));
    await until('it is written', () => entry() !== undefined);
    const { event, reason, sandbox, who } = JSON.parse(entry()!) as Record<string, unknown>;
    assert.deepEqual([event, reason, sandbox], ['refused', 'OTHER_TENANT', 'of-ann']);
    assert.deepEqual(who, { name: 'eve@lab', tenant: 'lab', role: 'reader', by: 'token' });
  });
});

test('on a node without authentication all callers are one tenant', async () => {
  await using node = await tenantNode({}, { PETRI_TOKENS: '' });
  const anyone = await node.as('nobody');
  assert.equal((await anyone.sandboxes.create({ id: 'a' })).tenant, 'anonymous');
  const { tenants } = await anyone.admin.tenants();
  assert.deepEqual(
    tenants.map(({ name, sandboxes }) => [name, sandboxes]),
    [['anonymous', 1]],
  );
});
