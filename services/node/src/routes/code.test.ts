import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ReloadResult } from '@petri/contracts/v1';
import { info, MODULE } from '../../test/fake-runtime.ts';
import { javascript } from '../../test/requests.ts';
import { fieldsOf, testNode } from '../../test/start.ts';

suite('code', () => {
  test('ReloadSource maps and checks', async () => {
    await using node = await testNode({ reload: async (id) => ({ result: 'RELOADED', sandbox: info(id) }) });
    const answer = await node.client.reloadSource({
      id: 'a',
      modules: [{ name: 'm', code: { case: 'typescript', value: 'let x: 1' } }],
      remove: ['old'],
      entry: 'm',
      stateHandler: 's => s',
      expectedRevision: 0,
      loadTimeoutMs: 9,
    });
    assert.equal(answer.result, ReloadResult.RELOADED);
    assert.partialDeepStrictEqual(node.runtime.calls[0], [
      'reload',
      'a',
      {
        modules: [{ name: 'm', code: { language: 'typescript', source: 'let x: 1' } }],
        remove: ['old'],
        entry: 'm',
        stateHandler: 's => s',
        expectedRevision: 0,
        loadTimeoutMs: 9,
      },
    ]);
    assert.deepEqual(await fieldsOf(node.client.reloadSource({ id: 'a' })), ['modules']);
    const fields = await fieldsOf(
      node.client.reloadSource({ id: '', modules: [javascript('')], remove: ['main', ''], entry: '-' }),
    );
    assert.deepEqual(fields, ['id', 'remove[0]', 'remove[1]', 'entry']);
  });

  test('ReloadBinary loads "main" and needs a binary', async () => {
    await using node = await testNode({ reload: async (id) => ({ result: 'NO_CHANGE', sandbox: info(id) }) });
    const { result } = await node.client.reloadBinary({ id: 'a', binary: new Uint8Array([1, 2]) });
    assert.equal(result, ReloadResult.NO_CHANGE);
    assert.partialDeepStrictEqual(node.runtime.calls[0]?.[2], {
      modules: [{ name: 'main', code: { language: 'wasm', binary: new Uint8Array([1, 2]) } }],
    });
    assert.deepEqual(await fieldsOf(node.client.reloadBinary({ id: 'a' })), ['binary']);
  });

  test('rollback and versions', async () => {
    await using node = await testNode({
      rollback: async (id) => ({ result: 'RELOADED', sandbox: info(id) }),
      moduleVersion: () => MODULE,
      moduleHistory: () => ({ module: 'main', activeVersion: 2, totalVersions: 12, versions: [MODULE] }),
    });
    await node.client.rollbackModule({ id: 'a', version: 3, expectedRevision: 4 });
    assert.deepEqual(node.runtime.calls[0]?.[2], { version: 3, expectedRevision: 4 });
    assert.deepEqual(await fieldsOf(node.client.rollbackModule({ id: 'a', version: 0 })), ['version']);

    const { version } = await node.client.getModuleVersion({ id: 'a', version: 2 });
    assert.deepEqual(version?.code?.code, { case: 'javascript', value: 'x=1' });
    assert.deepEqual(node.runtime.calls[1], ['moduleVersion', 'a', '', 2, {}]);
    const { history } = await node.client.listModuleVersions({ id: 'a' });
    assert.deepEqual([history?.activeVersion, history?.totalVersions], [2, 12]);
    assert.equal(history?.versions[0]?.code, undefined);
  });

  test('an archive comes back as it was exported', async () => {
    const archive = {
      schemaVersion: 1,
      id: 'a',
      tenant: 'anonymous',
      isolation: 'PROCESS' as const,
      securityProfile: 'LOW' as const,
      population: 'p',
      labels: { k: 'v' },
      limits: { maxTasks: 7 },
      entry: 'main',
      modules: [{ module: 'main', activeVersion: 2, totalVersions: 3, versions: [MODULE] }],
      stateJson: '{"n":1}',
      createdAtMs: 1_000,
      exportedAtMs: 2_000,
    };
    await using node = await testNode({ export: () => archive, import: async ({ id }) => info(id) });
    const exported = await node.client.exportSandbox({ id: 'a' });
    await node.client.importSandbox({ archive: exported.archive!, id: 'b' });
    const [, imported, as] = node.runtime.calls[1]!;
    assert.partialDeepStrictEqual(imported, archive);
    assert.deepEqual(as, { id: 'b', tenant: 'anonymous' });

    await assert.rejects(node.client.importSandbox({ archive: { ...exported.archive!, schemaVersion: 2 } }), {
      code: 'failed_precondition',
      reason: 'ARCHIVE_TOO_NEW',
    });
    const broken = { modules: [{ module: '', activeVersion: 4, versions: [{ version: 0 }] }] };
    assert.deepEqual((await fieldsOf(node.client.importSandbox({ archive: broken }))).sort(), [
      'archive.id',
      'archive.modules[0].active_version',
      'archive.modules[0].module',
      'archive.modules[0].versions[0].code',
      'archive.modules[0].versions[0].version',
      'archive.schema_version',
    ]);
    assert.deepEqual(await fieldsOf(node.client.importSandbox({})), ['archive']);
  });
});
