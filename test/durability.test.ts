import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Sandbox } from '@petri/client';
import { temporaryDirectory } from './support/directory.ts';
import { testNode } from './support/node.ts';

const COUNTER = `
  import { state } from 'petri:sandbox';
  export const add = (by) => { state.count = (state.count ?? 0) + by; return state.count; };
  export const count = () => state.count ?? 0;
  export const version = () => 1;
  export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);`;
const SECOND = COUNTER.replace('version = () => 1', 'version = () => 2');
const FRAGILE = `
  import { state } from 'petri:sandbox';
  export const start = () => { if (state.bad) throw new Error('a bad state'); };
  export const spoil = () => { state.bad = true; };`;
// Nothing here runs side by side.
const SMALL = { workers: 1, spares: 0 };

suite('a node with a data directory, started again, has', () => {
  test('sandboxes with their labels, limits, kind and state, none of them resident', async () => {
    using directory = temporaryDirectory();
    const config = { ...SMALL, dataDirectory: directory.path };
    const request = {
      id: 'kept',
      labels: { code: 'a "label"', tier: 'gold' },
      population: 'islanders',
      isolation: 'REALM',
      limits: { executionTimeMs: 1_234 },
    } as const;
    let before;
    {
      await using node = await testNode(config);
      const box = await node.box(COUNTER, request);
      await box.call('add', 2);
      await box.call('add', 3);
      await node.sandboxes.updateLimits('kept', { maxTasks: 7 });
      await node.sandboxes.create({ id: 'without-code' });
      before = await box.get();
    }
    await using node = await testNode(config);
    assert.deepEqual(await node.sandboxes.get('kept'), before);
    assert.equal((await node.sandboxes.usage('kept')).resident, false);
    assert.equal(await node.sandboxes.call('kept', 'count'), 5);
    assert.equal((await node.sandboxes.usage('kept')).resident, true);
    assert.equal((await node.sandboxes.get('without-code')).status, 'RUNNING');
    assert.equal(before.limits.maxTasks, 7);
  });

  test('records that say just what was answered, whatever was done last', async () => {
    using directory = temporaryDirectory();
    const config = { ...SMALL, dataDirectory: directory.path };
    const told = new Map<string, Sandbox>();
    {
      await using node = await testNode(config);
      const { sandboxes } = node;
      const last: Record<string, (id: string) => Promise<Sandbox>> = {
        created: (id) => sandboxes.get(id),
        reloaded: async (id) => (await sandboxes.reload(id, SECOND)).sandbox,
        'rolled-back': async (id) => {
          await sandboxes.reload(id, SECOND);
          return (await sandboxes.rollback(id)).sandbox;
        },
        restarted: (id) => sandboxes.restart(id),
        limited: (id) => sandboxes.updateLimits(id, { maxTasks: 7 }),
        'not-reloaded': async (id) => {
          await assert.rejects(sandboxes.reload(id, 'no code'), { reason: 'COMPILE_FAILED' });
          return sandboxes.get(id);
        },
        ran: async (id) => {
          await sandboxes.call(id, 'add', 1);
          return sandboxes.get(id);
        },
        killed: async (id) => {
          await sandboxes.run(id, 'hang', [], { timeoutMs: 30 });
          return sandboxes.get(id);
        },
      };
      for (const [id, act] of Object.entries(last)) {
        const created = await sandboxes.create({ id, genome: COUNTER });
        assert.deepEqual(await sandboxes.get(id), created);
        told.set(id, await act(id));
      }
    }
    await using node = await testNode(config);
    // How often a worker was lost is not written down each time.
    const comparable = (sandbox: Sandbox) => ({ ...sandbox, restartCount: 0 });
    for (const [id, sandbox] of told)
      assert.deepEqual(comparable(await node.sandboxes.get(id)), comparable(sandbox));
  });

  test('every kept version, and the one that was active', async () => {
    using directory = temporaryDirectory();
    const config = { ...SMALL, dataDirectory: directory.path };
    let before;
    {
      await using node = await testNode(config);
      const box = await node.box(COUNTER, { id: 'versions' });
      await box.call('add', 4);
      await node.sandboxes.reload('versions', SECOND);
      before = await node.sandboxes.versions('versions');
    }
    await using node = await testNode(config);
    assert.deepEqual(await node.sandboxes.versions('versions'), before);
    assert.equal(await node.sandboxes.call('versions', 'version'), 2);
    await node.sandboxes.rollback('versions');
    assert.equal(await node.sandboxes.call('versions', 'version'), 1);
    assert.equal(await node.sandboxes.call('versions', 'count'), 4);
  });

  test('nothing of what was destroyed, and code that others still use', async () => {
    using directory = temporaryDirectory();
    const config = { ...SMALL, dataDirectory: directory.path };
    {
      await using node = await testNode(config);
      await node.box(COUNTER, { id: 'gone' });
      await node.box(COUNTER, { id: 'stays' });
      await node.sandboxes.destroy('gone');
    }
    await using node = await testNode(config);
    await assert.rejects(node.sandboxes.get('gone'), { code: 'not_found' });
    assert.equal(await node.sandboxes.call('stays', 'add', 1), 1);
  });

  test('what is in ERROR, and why; a restart there is kept, too', async () => {
    using directory = temporaryDirectory();
    const config = { ...SMALL, dataDirectory: directory.path };
    let before;
    {
      await using node = await testNode(config);
      const box = await node.box(FRAGILE, { id: 'fragile' });
      await box.call('spoil');
      await assert.rejects(node.sandboxes.restart('fragile'));
      before = await box.get();
      assert.equal(before.status, 'ERROR');
    }
    {
      await using node = await testNode(config);
      const after = await node.sandboxes.get('fragile');
      assert.deepEqual(after.error, before.error);
      await assert.rejects(node.sandboxes.run('fragile', 'spoil'), { reason: 'SANDBOX_ERROR' });
      await node.sandboxes.restart('fragile', { resetState: true });
    }
    await using node = await testNode(config);
    assert.equal((await node.sandboxes.get('fragile')).status, 'RUNNING');
    await node.sandboxes.call('fragile', 'spoil');
  });
});

test('two nodes do not share a data directory', async () => {
  using directory = temporaryDirectory();
  const config = { ...SMALL, dataDirectory: directory.path };
  await using first = await testNode(config);
  await assert.rejects(testNode(config), { reason: 'DATA_DIRECTORY_IN_USE' });
  await first.box(COUNTER, { id: 'undisturbed' });
});
