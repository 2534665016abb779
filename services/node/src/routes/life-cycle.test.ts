import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fromRpcStatus } from '@petri/contracts';
import { SandboxStatus } from '@petri/contracts/v1';
import { alreadyExists, notFound } from '@petri/core';
import { info } from '../../test/fake-runtime.ts';
import { javascript } from '../../test/requests.ts';
import { fieldsOf, testNode } from '../../test/start.ts';

suite('life cycle', () => {
  test('ids are checked everywhere, and unknown ones are NOT_FOUND', async () => {
    await using node = await testNode();
    const { client } = node;
    for (const call of [
      client.getSandbox({ id: '' }),
      client.updateLimits({ id: '' }),
      client.restartSandbox({ id: '' }),
      client.destroySandbox({ id: '' }),
      client.rollbackModule({ id: '' }),
      client.getModuleVersion({ id: '' }),
      client.listModuleVersions({ id: '' }),
      client.exportSandbox({ id: '' }),
      client.getResourceUsage({ id: '' }),
    ])
      assert.deepEqual(await fieldsOf(call), ['id']);
    await assert.rejects(client.getSandbox({ id: 'missing' }), {
      code: 'not_found',
      reason: 'SANDBOX_NOT_FOUND',
    });
  });

  test('ListSandboxes maps its filter and checks it', async () => {
    await using node = await testNode({
      list: () => ({ sandboxes: [info('a'), info('b')], nextPageToken: 't2', totalSize: 5 }),
    });
    const page = await node.client.listSandboxes({
      pageSize: 1000,
      pageToken: 't1',
      statuses: [SandboxStatus.RUNNING, SandboxStatus.ERROR],
      population: 'p',
      labels: { k: 'v' },
      minAge: { seconds: 1n, nanos: 500_000_000 },
      maxAge: { seconds: 2n },
    });
    assert.deepEqual(
      [page.sandboxes.map(({ id }) => id), page.nextPageToken, page.totalSize],
      [['a', 'b'], 't2', 5],
    );
    await node.client.listSandboxes({});
    assert.deepEqual(node.runtime.calls, [
      [
        'list',
        {
          pageSize: 1000,
          pageToken: 't1',
          statuses: ['RUNNING', 'ERROR'],
          population: 'p',
          labels: { k: 'v' },
          minAgeMs: 1500,
          maxAgeMs: 2000,
        },
      ],
      ['list', { labels: {} }],
    ]);
    const fields = await fieldsOf(
      node.client.listSandboxes({
        pageSize: 1001,
        statuses: [99 as never],
        minAge: { seconds: 5n },
        maxAge: { seconds: 1n },
      }),
    );
    assert.deepEqual(fields.sort(), ['min_age', 'page_size', 'statuses[0]']);
  });

  test('DestroySandbox forgives a missing sandbox only when told to', async () => {
    await using node = await testNode({
      destroy: async (id) => {
        if (id === 'missing') throw notFound('sandbox', id);
        return {
          sandbox: info(id, { status: 'STOPPED' }),
          stopError: { name: 'E', message: 'm', stack: '', path: '' },
        };
      },
    });
    const gone = await node.client.destroySandbox({ id: 'a', graceMs: 0 });
    assert.deepEqual([gone.sandbox?.status, gone.stopError?.message], [SandboxStatus.STOPPED, 'm']);
    assert.deepEqual(node.runtime.calls[0], ['destroy', 'a', { graceMs: 0 }]);
    await assert.rejects(node.client.destroySandbox({ id: 'missing' }), { code: 'not_found' });
    assert.equal(
      (await node.client.destroySandbox({ id: 'missing', allowMissing: true })).sandbox,
      undefined,
    );
  });

  test('restart, limits and usage', async () => {
    await using node = await testNode({
      restart: async (id) => info(id, { restartCount: 1 }),
      updateLimits: async (id) => info(id),
      usage: async () => ({
        heapBytes: 1.6,
        externalBytes: -1,
        memoryLimitBytes: 3,
        tasks: 4,
        queuedRuns: 5,
        cpuTotalUs: 6.2,
        runs: 7,
        uptimeMs: 1_500,
        resident: true,
        workerPid: 8,
        restarts: 9,
        stateBytes: 2 ** 40,
      }),
    });
    await node.client.restartSandbox({ id: 'a', resetState: true });
    await node.client.updateLimits({ id: 'a', limits: { maxTasks: 5 } });
    assert.deepEqual(node.runtime.calls[0], ['restart', 'a', { resetState: true }]);
    assert.partialDeepStrictEqual(node.runtime.calls[1], ['updateLimits', 'a', { maxTasks: 5 }]);
    const { usage } = await node.client.getResourceUsage({ id: 'a' });
    assert.partialDeepStrictEqual(usage, {
      heapBytes: 2,
      externalBytes: 0,
      cpuTotalUs: 6n,
      uptime: { seconds: 1n, nanos: 500_000_000 },
      resident: true,
      stateBytes: 2 ** 32 - 1,
    });
  });

  test('batches keep the order of the request and failures stay with their item', async () => {
    await using node = await testNode({
      create: async ({ id }) => {
        if (id === 'b') throw alreadyExists('sandbox', 'b');
        return info(id!);
      },
      destroy: async (id) => {
        if (id === 'missing') throw notFound('sandbox', id);
        return { sandbox: info(id, { status: 'STOPPED' }) };
      },
      reload: async (id) => ({ result: 'NO_CHANGE', sandbox: info(id) }),
    });
    const created = await node.client.batchCreate({
      requests: [{ id: 'a' }, { id: 'b' }, { id: '?' }, { id: 'd' }],
    });
    assert.deepEqual(
      created.items.map(({ index, id, result }) => [index, id, result.case]),
      [
        [0, 'a', 'sandbox'],
        [1, 'b', 'error'],
        [2, '?', 'error'],
        [3, 'd', 'sandbox'],
      ],
    );
    const bad = created.items[2]?.result;
    assert.ok(bad?.case === 'error');
    assert.equal(fromRpcStatus(bad.value).violations[0]?.field, 'requests[2].id');

    const destroyed = await node.client.batchDestroy({ ids: ['a', 'missing', ''] });
    assert.deepEqual(
      destroyed.items.map(({ result }) => result.case),
      ['sandbox', 'error', 'error'],
    );
    const forgiven = await node.client.batchDestroy({ ids: ['missing'], allowMissing: true });
    assert.deepEqual([forgiven.items[0]?.id, forgiven.items[0]?.result.case], ['missing', undefined]);

    const reloaded = await node.client.batchReload({
      requests: [{ id: 'a', modules: [javascript('x')] }, { id: 'b' }],
    });
    assert.deepEqual(
      reloaded.items.map(({ id, result }) => [id, result.case]),
      [
        ['a', 'reload'],
        ['b', 'error'],
      ],
    );
  });
});
