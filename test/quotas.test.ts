import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { PetriError, Petri } from '@petri/client';
import { tenantNode } from './support/tenants.ts';
import { until } from './support/until.ts';

const MiB = 1024 * 1024;
const ROLES = { 'ann@lab': 'operator', 'bob@lab': 'operator', carl: 'operator', root: 'admin' };
const GENOME = `
  export const f = (x) => x * x;
  export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  export const burn = (times) => { let sum = 0; for (let i = 0; i < times; i++) sum += i % 7; return sum; };
`;

/** What a refusal says. */
async function refusal(call: Promise<unknown>): Promise<PetriError> {
  const error = await call.then(
    () => assert.fail('it was allowed'),
    (thrown: PetriError) => thrown,
  );
  assert.equal(error.code, 'resource_exhausted', error.message);
  assert.ok((error.retryAfterMs ?? 0) > 0, 'there is a RetryInfo');
  assert.equal(error.quotas[0]?.subject, 'tenant:lab');
  return error;
}

const tenantsOf = async (root: Petri, name: string) =>
  (await root.admin.tenants()).tenants.find((tenant) => tenant.name === name);

suite('quotas', () => {
  const directory = mkdtempSync(join(tmpdir(), 'petri-quotas-'));
  after(() => rmSync(directory, { recursive: true }));

  test('of sandboxes and memory hold for all callers of a tenant, and for no other', async () => {
    await using node = await tenantNode(ROLES);
    const [ann, bob, carl, root] = await Promise.all(
      ['ann@lab', 'bob@lab', 'carl', 'root'].map((name) => node.as(name)),
    );
    const { quota } = await root!.admin.setQuota('lab', { sandboxes: 2, memoryBytes: 100 * MiB });
    assert.deepEqual(quota, {
      sandboxes: 2,
      runsInFlight: 0,
      cpuSecondsPerMinute: 0,
      memoryBytes: 100 * MiB,
    });
    const limits = { memoryBytes: 40 * MiB };
    await ann!.sandboxes.create({ id: 'a', limits });
    assert.equal((await refusal(bob!.sandboxes.create({ id: 'b' }))).reason, 'QUOTA_MEMORY');
    await bob!.sandboxes.create({ id: 'b', limits });
    assert.equal(
      (await refusal(ann!.sandboxes.create({ id: 'c', limits: { memoryBytes: MiB } }))).reason,
      'QUOTA_SANDBOXES',
    );
    assert.equal(
      (await refusal(ann!.sandboxes.updateLimits('a', { memoryBytes: 61 * MiB }))).reason,
      'QUOTA_MEMORY',
    );
    await ann!.sandboxes.updateLimits('a', { memoryBytes: 60 * MiB });
    await carl!.sandboxes.create({ id: 'c' });
    await ann!.sandboxes.updateLimits('a', { memoryBytes: 2 * MiB });
    await bob!.sandboxes.destroy('b');
    const archive = await ann!.sandboxes.export('a');
    await bob!.sandboxes.import(archive, { id: 'd' });
    assert.equal((await refusal(bob!.sandboxes.import(archive, { id: 'e' }))).reason, 'QUOTA_SANDBOXES');
    const lab = await tenantsOf(root!, 'lab');
    assert.deepEqual(
      [lab?.sandboxes, lab?.memoryBytes, lab?.refusals, lab?.defaultQuota],
      [2, 4 * MiB, 4, false],
    );
    const items = await ann!.sandboxes.batchCreate([{ id: 'x' }, { id: 'y' }]);
    assert.deepEqual(
      items.map(({ error }) => error?.reason),
      ['QUOTA_SANDBOXES', 'QUOTA_SANDBOXES'],
    );
  });

  test('that a failed creation took are given back', async () => {
    await using node = await tenantNode(ROLES);
    const [ann, root] = await Promise.all([node.as('ann@lab'), node.as('root')]);
    await root.admin.setQuota('lab', { sandboxes: 1 });
    await assert.rejects(ann.sandboxes.create({ genome: 'export const = 1' }), {
      code: 'failed_precondition',
    });
    await ann.sandboxes.create({ id: 'a', genome: GENOME });
    assert.equal((await refusal(ann.sandboxes.create({ genome: GENOME }))).reason, 'QUOTA_SANDBOXES');
  });

  test('of runs in flight refuse at once what is too much, and let batches do with what there is', async () => {
    await using node = await tenantNode(ROLES);
    const [ann, bob, root] = await Promise.all(['ann@lab', 'bob@lab', 'root'].map((name) => node.as(name)));
    await ann!.sandboxes.create({ id: 'a', genome: GENOME });
    await ann!.sandboxes.create({ id: 'b', genome: GENOME });
    await ann!.sandboxes.create({ id: 'c', genome: GENOME });
    await root!.admin.setQuota('lab', { runsInFlight: 2 });
    const batch = await Array.fromAsync(
      ann!.sandboxes.batchRun(
        Array.from({ length: 100 }, (_, n) => ({ id: 'a', spec: { function: 'f', arguments: [n] } })),
      ),
    );
    assert.deepEqual(batch.map(({ error }) => error?.reason).filter(Boolean), []);
    assert.ok(batch.every(({ run }) => run?.outcome === 'COMPLETED'));
    const stop = new AbortController();
    const long = ['a', 'b'].map((id) =>
      ann!.sandboxes
        .run(id, 'wait', [60_000], { timeoutMs: 60_000, signal: stop.signal })
        .catch(() => undefined),
    );
    await until('both are in flight', async () => (await tenantsOf(root!, 'lab'))?.runsInFlight === 2);
    const error = await refusal(bob!.sandboxes.run('a', 'f', [1]));
    assert.equal(error.reason, 'QUOTA_RUNS_IN_FLIGHT');
    assert.deepEqual(error.metadata, { tenant: 'lab', used: '2', quota: '2' });
    assert.equal(
      (
        await refusal(
          Array.fromAsync(bob!.sandboxes.batchRun([{ id: 'a', spec: { function: 'f', arguments: [1] } }])),
        )
      ).reason,
      'QUOTA_RUNS_IN_FLIGHT',
    );
    const suite = { cases: [{ function: 'f', arguments: [1], expected: 1 }] };
    assert.equal((await refusal(bob!.sandboxes.evaluate('a', { suite }))).reason, 'QUOTA_RUNS_IN_FLIGHT');
    await bob!.sandboxes.get('a');
    await root!.admin.setQuota('lab', { runsInFlight: 3 });
    assert.equal(await bob!.sandboxes.call('c', 'f', 3), 9);
    stop.abort();
    await Promise.all(long);
    await until('none is in flight', async () => (await tenantsOf(root!, 'lab'))?.runsInFlight === 0);
  });

  test('of CPU time count what guests used, also while code is loaded', async () => {
    const log = join(directory, 'cpu.jsonl');
    await using node = await tenantNode(ROLES, { PETRI_AUDIT_FILE: log });
    const [ann, carl, root] = await Promise.all(['ann@lab', 'carl', 'root'].map((name) => node.as(name)));
    await root!.admin.setQuota('lab', { cpuSecondsPerMinute: 1 });
    await ann!.sandboxes.create({ id: 'a', genome: `${GENOME}; export const start = () => burn(2e8);` });
    const used = (await tenantsOf(root!, 'lab'))?.cpuUs ?? 0;
    assert.ok(used > 20_000, `${used} us were counted`);
    await until(
      'the quota is used up',
      async () => {
        await ann!.sandboxes.call('a', 'burn', 1e8).catch(() => undefined);
        return ((await tenantsOf(root!, 'lab'))?.cpuUs ?? 0) >= 1_000_000;
      },
      50_000,
    );
    const error = await refusal(ann!.sandboxes.call('a', 'f', 1));
    assert.equal(error.reason, 'QUOTA_CPU');
    assert.ok(error.retryAfterMs! > 10_000 && error.retryAfterMs! <= 60_000, `${error.retryAfterMs} ms`);
    assert.equal((await refusal(ann!.sandboxes.reload('a', 'export const g = 1;'))).reason, 'QUOTA_CPU');
    await carl!.sandboxes.create({ id: 'c', genome: GENOME });
    assert.equal(await carl!.sandboxes.call('c', 'f', 2), 4);
    await until('it is in the audit log', () => readFileSync(log, 'utf8').includes('QUOTA_CPU'));
    await root!.admin.setQuota('lab');
    assert.equal(await ann!.sandboxes.call('a', 'f', 2), 4);
  });

  test('come from a file and the environment, and a wrong file keeps the node from starting', async () => {
    const file = join(directory, 'quotas');
    writeFileSync(file, 'lab runs_in_flight=7\n');
    const env = { PETRI_QUOTA: 'sandboxes=3', PETRI_QUOTAS_FILE: file };
    await using node = await tenantNode(ROLES, env);
    const root = await node.as('root');
    await root.admin.setDefaultQuota({ sandboxes: 4 });
    const { tenants, defaultQuota } = await root.admin.tenants();
    assert.equal(defaultQuota.sandboxes, 4);
    assert.deepEqual(
      tenants.map(({ name, quota }) => [name, quota.sandboxes, quota.runsInFlight]),
      [
        ['lab', 3, 7],
        ['root', 4, 0],
      ],
    );
    writeFileSync(file, 'lab cores=7\n');
    await assert.rejects(tenantNode(ROLES, env), {
      message: /PETRI_QUOTAS_FILE: .* is wrong: line 1: "cores=7"/,
    });
    await assert.rejects(tenantNode(ROLES, { PETRI_QUOTA: 'cores=1' }), {
      message: /PETRI_QUOTA: "cores=1" is not/,
    });
  });
});
