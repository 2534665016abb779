import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { toValue } from '@petri/contracts';
import { IsolationLevel, SandboxSchema, SandboxStatus, SecurityProfile } from '@petri/contracts/v1';
import { alreadyExists, type PetriError } from '@petri/core';
import { info, MODULE } from '../../test/fake-runtime.ts';
import { javascript } from '../../test/requests.ts';
import { fieldsOf, testNode } from '../../test/start.ts';

suite('CreateSandbox', () => {
  test('maps everything that is given, and nothing that is not', async () => {
    await using node = await testNode({ create: async ({ id }) => info(id ?? 'sb-new') });
    await node.client.createSandbox({
      id: 'sb-1',
      genome: {
        modules: [
          javascript('export default 1'),
          { name: 'w', code: { case: 'wasm', value: new Uint8Array([0]) } },
        ],
      },
      isolation: IsolationLevel.REALM,
      securityProfile: SecurityProfile.HIGH,
      population: 'p1',
      labels: { a: 'b' },
      limits: { memoryBytes: 2 ** 20, executionTimeMs: 5 },
      state: toValue({ n: [1] }, ''),
      loadTimeoutMs: 7,
    });
    await node.client.createSandbox({});
    const [first, second] = node.runtime.calls.map(([, spec]) => spec as Record<string, unknown>);
    const { limits, ...rest } = first!;
    assert.deepEqual(rest, {
      id: 'sb-1',
      genome: {
        modules: [
          { name: 'main', code: { language: 'javascript', source: 'export default 1' } },
          { name: 'w', code: { language: 'wasm', binary: new Uint8Array([0]) } },
        ],
        entry: 'main',
      },
      isolation: 'REALM',
      securityProfile: 'HIGH',
      population: 'p1',
      labels: { a: 'b' },
      stateJson: '{"n":[1]}',
      loadTimeoutMs: 7,
      tenant: 'anonymous',
    });
    assert.partialDeepStrictEqual(limits, { memoryBytes: 2 ** 20, executionTimeMs: 5 });
    assert.deepEqual(second, { labels: {}, tenant: 'anonymous' });
  });

  test('the record is whole', async () => {
    const record = info('sb-1', {
      status: 'ERROR',
      isolation: 'PROCESS',
      population: 'p',
      labels: { k: 'v' },
      modules: [MODULE],
      restartCount: 3,
      error: { reason: 'START_FAILED', message: 'no', occurredAtMs: 1_250 },
      revision: 9,
    });
    await using node = await testNode({ get: () => record });
    const { sandbox } = await node.client.getSandbox({ id: 'sb-1' });
    assert.partialDeepStrictEqual(sandbox, {
      id: 'sb-1',
      status: SandboxStatus.ERROR,
      isolation: IsolationLevel.PROCESS,
      securityProfile: SecurityProfile.MEDIUM,
      population: 'p',
      labels: { k: 'v' },
      entry: 'main',
      createdAt: { seconds: 1n, nanos: 0 },
      updatedAt: { seconds: 2n, nanos: 500_000_000 },
      restartCount: 3,
      error: { reason: 'START_FAILED', message: 'no', occurredAt: { seconds: 1n, nanos: 250_000_000 } },
      revision: 9,
      limits: { memoryBytes: 134_217_728, versionsKept: 10 },
      modules: [{ module: 'main', version: 2, sha256: 'ab', sizeBytes: 3, active: true }],
    });
    assert.equal(sandbox?.modules[0]?.code, undefined);
  });

  test('all that is wrong is reported at once, by its field', async () => {
    await using node = await testNode();
    const fields = await fieldsOf(
      node.client.createSandbox({
        id: '-x',
        genome: {
          modules: [javascript(''), { name: 'main' }, { name: '/', ...javascript('') }],
          entry: 'other',
        },
        isolation: IsolationLevel.REALM,
        securityProfile: 9 as never,
        labels: { '': 'v', k: 'v'.repeat(257) },
        limits: { memoryBytes: 1, maxTasks: 0 },
        state: { kind: { case: undefined } },
        loadTimeoutMs: 0,
      }),
    );
    assert.deepEqual(fields.sort(), [
      'genome.entry',
      'genome.modules[1].code',
      'genome.modules[1].name',
      'genome.modules[2].name',
      'id',
      'labels[""]',
      'labels["k"]',
      'limits.max_tasks',
      'limits.memory_bytes',
      'load_timeout_ms',
      'population',
      'security_profile',
      'state',
    ]);
    assert.deepEqual(node.runtime.calls, []);
  });

  test('label counts and lengths: at the limit and past it', async () => {
    await using node = await testNode({ create: async () => info('x') });
    const labels = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`${index}`.padStart(63, 'k'), 'v'.repeat(256)]),
      );
    await node.client.createSandbox({ labels: labels(32) });
    assert.deepEqual(await fieldsOf(node.client.createSandbox({ labels: labels(33) })), ['labels']);
    assert.deepEqual(await fieldsOf(node.client.createSandbox({ labels: { ['k'.repeat(64)]: '' } })), [
      `labels["${'k'.repeat(64)}"]`,
    ]);
  });

  test('the entry: main, else the only module, else it must be said', async () => {
    await using node = await testNode({ create: async () => info('x') });
    const entries = [];
    for (const names of [['b', 'main'], ['b']]) {
      await node.client.createSandbox({
        genome: { modules: names.map((name) => ({ name, ...javascript('') })) },
      });
      entries.push((node.runtime.calls.at(-1)![1] as { genome: { entry: string } }).genome.entry);
    }
    assert.deepEqual(entries, ['main', 'b']);
    const two = { modules: ['a', 'b'].map((name) => ({ name, ...javascript('') })) };
    assert.deepEqual(await fieldsOf(node.client.createSandbox({ genome: two })), ['genome.entry']);
    assert.deepEqual(await fieldsOf(node.client.createSandbox({ genome: {} })), ['genome.modules']);
  });

  test('a duplicate shows the record that is in the way', async () => {
    await using node = await testNode({
      create: async () => {
        throw alreadyExists('sandbox', 'sb-1');
      },
      get: (id) => info(id, { labels: { of: 'the first' } }),
    });
    await assert.rejects(node.client.createSandbox({ id: 'sb-1' }), (error: PetriError) => {
      assert.equal(error.code, 'already_exists');
      assert.deepEqual({ ...error.resource }, { type: 'sandbox', name: 'sb-1' });
      const [attached] = error.attached;
      assert.ok(attached?.typeName === 'petri.v1.Sandbox');
      const existing = fromBinary(SandboxSchema, attached.bytes);
      assert.deepEqual([existing.id, { ...existing.labels }], ['sb-1', { of: 'the first' }]);
      return true;
    });
  });

  test('a record too large for a status comes without modules and labels', async () => {
    const labels = Object.fromEntries(
      Array.from({ length: 32 }, (_, index) => [`k${index}`, 'v'.repeat(256)]),
    );
    await using node = await testNode({
      create: async () => {
        throw alreadyExists('sandbox', 'sb-1');
      },
      get: (id) => info(id, { labels, revision: 7 }),
    });
    await assert.rejects(node.client.createSandbox({ id: 'sb-1' }), (error: PetriError) => {
      const existing = fromBinary(SandboxSchema, error.attached[0]!.bytes);
      assert.deepEqual([existing.revision, Object.keys(existing.labels)], [7, []]);
      return true;
    });
  });

  test('a repeated request_id creates once', async () => {
    let created = 0;
    await using node = await testNode({ create: async () => info(`sb-${++created}`) });
    const answers = await Promise.all([1, 2, 3].map(() => node.client.createSandbox({ requestId: 'r-1' })));
    assert.deepEqual(
      answers.map(({ sandbox }) => sandbox?.id),
      ['sb-1', 'sb-1', 'sb-1'],
    );
    await assert.rejects(node.client.createSandbox({ requestId: 'r-1', population: 'other' }), {
      reason: 'REQUEST_ID_REUSED',
    });
    const { items } = await node.client.batchCreate({ requests: [{ requestId: 'r-1' }, {}] });
    assert.deepEqual(
      items.map(({ id }) => id),
      ['sb-1', 'sb-2'],
    );
  });
});
