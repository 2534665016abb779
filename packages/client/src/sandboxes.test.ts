import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { fromValue, toValue } from '@petri/contracts';
import {
  IsolationLevel,
  LogLevel,
  ModuleLanguage,
  Outcome,
  ReloadResult,
  SandboxSchema,
  SandboxStatus,
  SecurityProfile,
} from '@petri/contracts/v1';
import { alreadyExists, failedPrecondition, PetriError } from '@petri/core';
import { fakeNode } from '../test/fake-node.ts';
import { Archive, existingSandbox, GuestFailure } from './index.ts';

const RECEIPT = {
  wallUs: 1,
  cpuUs: 2,
  heapBytes: 3,
  workerPid: 4,
  attempt: 1,
  reason: 'why',
  workerLost: true,
};
const SANDBOX = {
  id: 'a',
  status: SandboxStatus.ERROR,
  isolation: IsolationLevel.REALM,
  securityProfile: SecurityProfile.HIGH,
  population: 'p',
  labels: { k: 'v' },
  limits: { maxTasks: 5 },
  entry: 'main',
  modules: [
    {
      module: 'main',
      version: 2,
      language: ModuleLanguage.TYPESCRIPT,
      sha256: 'ab',
      sizeBytes: 9,
      loadedAt: { seconds: 3n },
      active: true,
    },
  ],
  createdAt: { seconds: 1n },
  updatedAt: { seconds: 2n, nanos: 500_000_000 },
  restartCount: 1,
  error: { reason: 'START_FAILED', message: 'm', occurredAt: { seconds: 4n } },
  revision: 7,
};

suite('sandboxes', () => {
  test('create sends plain values, and answers with them', async () => {
    let sent: unknown;
    await using node = await fakeNode({
      createSandbox: (request) => {
        sent = request;
        return { sandbox: SANDBOX };
      },
    });
    const created = await node.petri.sandboxes.create({
      id: 'a',
      genome: { modules: [{ javascript: 'j' }, { name: 't', typescript: 't' }], entry: 't' },
      isolation: 'REALM',
      securityProfile: 'LOW',
      limits: { maxTasks: 5 },
      population: 'p',
      labels: { k: 'v' },
      state: { n: [1] },
      loadTimeoutMs: 9,
      requestId: 'r',
    });
    assert.partialDeepStrictEqual(sent, {
      id: 'a',
      genome: {
        modules: [
          { name: '', code: { case: 'javascript', value: 'j' } },
          { name: 't', code: { case: 'typescript', value: 't' } },
        ],
        entry: 't',
      },
      isolation: IsolationLevel.REALM,
      securityProfile: SecurityProfile.LOW,
      limits: { maxTasks: 5 },
      population: 'p',
      labels: { k: 'v' },
      loadTimeoutMs: 9,
      requestId: 'r',
    });
    assert.deepEqual(fromValue((sent as { state: never }).state), { n: [1] });
    assert.partialDeepStrictEqual(created, {
      id: 'a',
      status: 'ERROR',
      isolation: 'REALM',
      securityProfile: 'HIGH',
      population: 'p',
      labels: { k: 'v' },
      limits: { maxTasks: 5 },
      entry: 'main',
      modules: [
        {
          module: 'main',
          version: 2,
          language: 'TYPESCRIPT',
          sha256: 'ab',
          sizeBytes: 9,
          loadedAt: new Date(3_000),
          active: true,
        },
      ],
      createdAt: new Date(1_000),
      updatedAt: new Date(2_500),
      restartCount: 1,
      error: { reason: 'START_FAILED', message: 'm', occurredAt: new Date(4_000) },
      revision: 7,
    });
  });

  test('a genome may be source text, one module, or several', async () => {
    const sent: unknown[] = [];
    await using node = await fakeNode({
      createSandbox: ({ genome }) => {
        sent.push(genome?.modules.map(({ code }) => [code.case, code.value]));
        return { sandbox: {} };
      },
    });
    await node.petri.sandboxes.create({ genome: 'export default 1' });
    await node.petri.sandboxes.create({ genome: { wasm: new Uint8Array([1]) } });
    await node.petri.sandboxes.create();
    assert.deepEqual(sent, [
      [['javascript', 'export default 1']],
      [['wasm', new Uint8Array([1])]],
      undefined,
    ]);
  });

  test('what is not JSON is refused before anything is sent', async () => {
    await using node = await fakeNode();
    await assert.rejects(node.petri.sandboxes.create({ state: { at: NaN } }), (error: PetriError) => {
      assert.deepEqual(
        error.violations.map(({ field }) => field),
        ['state.at'],
      );
      return true;
    });
    await assert.rejects(node.petri.sandboxes.run('a', 'f', [1, 2n]), /^PetriError: arguments\[1\]: /);
    const suite = { cases: [{}, { arguments: [{ x: NaN }] }] };
    await assert.rejects(
      node.petri.sandboxes.evaluate('a', { suite }),
      /^PetriError: cases\[1\]\.arguments\[0\]\.x: /,
    );
  });

  test('errors keep their details, and the record that is in the way', async () => {
    const bytes = toBinary(SandboxSchema, create(SandboxSchema, SANDBOX));
    await using node = await fakeNode({
      createSandbox: () => {
        throw alreadyExists('sandbox', 'a', { attached: [{ typeName: SandboxSchema.typeName, bytes }] });
      },
      getSandbox: () => {
        throw failedPrecondition('NOT_NOW', 'no');
      },
    });
    await assert.rejects(node.petri.sandboxes.create({ id: 'a' }), (error) => {
      assert.ok(error instanceof PetriError && error.reason === 'SANDBOX_ALREADY_EXISTS');
      assert.equal(existingSandbox(error)?.revision, 7);
      return true;
    });
    await assert.rejects(node.petri.sandboxes.get('a'), (error) => {
      assert.ok(error instanceof PetriError && error.reason === 'NOT_NOW');
      assert.equal(existingSandbox(error), undefined);
      return true;
    });
  });

  test('list goes through all pages, and fetches none that is not reached', async () => {
    const tokens: string[] = [];
    await using node = await fakeNode({
      listSandboxes: ({ pageToken, statuses, minAge, pageSize }) => {
        tokens.push(pageToken);
        assert.deepEqual([statuses, minAge?.seconds, pageSize], [[SandboxStatus.RUNNING], 1n, 2]);
        const page = Number(pageToken || 0);
        const sandboxes = [{ id: `${page}a` }, { id: `${page}b` }];
        return { sandboxes, nextPageToken: page < 2 ? String(page + 1) : '' };
      },
    });
    const filter = { statuses: ['RUNNING' as const], minAgeMs: 1_000, pageSize: 2 };
    const ids = await Array.fromAsync(node.petri.sandboxes.list(filter), ({ id }) => id);
    assert.deepEqual(ids, ['0a', '0b', '1a', '1b', '2a', '2b']);
    for await (const { id } of node.petri.sandboxes.list(filter)) if (id === '0b') break;
    assert.deepEqual(tokens, ['', '1', '2', '']);
  });

  test('reload, rollback, versions', async () => {
    const sent: unknown[] = [];
    const answer = { result: ReloadResult.NO_CHANGE, sandbox: { id: 'a' } };
    await using node = await fakeNode({
      reloadSource: (request) => {
        sent.push(request);
        return answer;
      },
      reloadBinary: (request) => {
        sent.push(request);
        return answer;
      },
      rollbackModule: (request) => {
        sent.push(request);
        return answer;
      },
      listModuleVersions: () => ({
        history: { module: 'main', activeVersion: 2, totalVersions: 3, versions: [{}] },
      }),
      getModuleVersion: () => ({
        version: { version: 2, code: { code: { case: 'typescript', value: 't' } } },
      }),
    });
    const { sandboxes } = node.petri;
    const reloaded = await sandboxes.reload('a', 'source', {
      stateHandler: 's',
      expectedRevision: 0,
      remove: ['x'],
    });
    assert.deepEqual([reloaded.result, reloaded.sandbox.id], ['NO_CHANGE', 'a']);
    await sandboxes.reload('a', { name: 'm', typescript: 't' }, { entry: 'm' });
    await sandboxes.reload('a', [{ javascript: '1' }, { name: 'm', javascript: '2' }]);
    await sandboxes.reloadBinary('a', new Uint8Array([1]), { module: 'w' });
    await sandboxes.rollback('a', { version: 2 });
    assert.partialDeepStrictEqual(sent, [
      {
        id: 'a',
        modules: [{ name: '', code: { case: 'javascript', value: 'source' } }],
        remove: ['x'],
        stateHandler: 's',
        expectedRevision: 0,
      },
      { modules: [{ name: 'm', code: { case: 'typescript', value: 't' } }], entry: 'm' },
      { modules: [{ name: '' }, { name: 'm' }] },
      { module: 'w', binary: new Uint8Array([1]) },
      { id: 'a', module: '', version: 2 },
    ]);
    assert.equal((await sandboxes.versions('a')).totalVersions, 3);
    assert.deepEqual((await sandboxes.version('a')).code, { typescript: 't' });
  });

  test('run answers whatever the guest did; call throws unless it completed', async () => {
    await using node = await fakeNode({
      run: ({ spec }) => {
        const call = spec?.target.case === 'call' ? spec.target.value : undefined;
        if (call?.function === 'bad')
          return {
            result: {
              outcome: Outcome.THREW,
              error: { name: 'TypeError', message: 'no' },
              logs: { lines: [{ level: LogLevel.WARN, text: 'careful' }], dropped: 1 },
              receipt: RECEIPT,
            },
          };
        const value = toValue({ got: spec?.target.case, args: call?.arguments.map(fromValue) }, '');
        return { result: { outcome: Outcome.COMPLETED, value, receipt: RECEIPT } };
      },
    });
    const { sandboxes } = node.petri;
    const good = await sandboxes.run('a', 'f', [1, { x: null }]);
    assert.ok(good.outcome === 'COMPLETED');
    assert.deepEqual(good.value, { got: 'call', args: [1, { x: null }] });
    assert.partialDeepStrictEqual(good.receipt, RECEIPT);
    const expression = await sandboxes.runExpression('a', '1 + 1', {
      determinism: { seed: 1, startTime: new Date(0) },
    });
    assert.partialDeepStrictEqual(expression, { outcome: 'COMPLETED', value: { got: 'expression' } });

    const bad = await sandboxes.run('a', 'bad');
    assert.ok(bad.outcome === 'THREW');
    assert.deepEqual(bad.error, { name: 'TypeError', message: 'no', stack: '', path: '' });
    assert.deepEqual(bad.logs, { lines: [{ level: 'WARN', text: 'careful' }], dropped: 1 });
    assert.deepEqual(await sandboxes.call('a', 'f', 2), { got: 'call', args: [2] });
    await assert.rejects(sandboxes.call('a', 'bad'), (error) => {
      assert.ok(error instanceof GuestFailure);
      assert.equal(error.message, 'the guest ended with THREW: TypeError: no');
      assert.deepEqual([error.outcome, error.receipt.reason], ['THREW', 'why']);
      return true;
    });
  });

  test('evaluate sends suites and programs', async () => {
    const sent: unknown[] = [];
    await using node = await fakeNode({
      evaluate: ({ spec }) => {
        sent.push(spec);
        const cases = [
          { name: '0', outcome: Outcome.COMPLETED, passed: true, score: 1, value: toValue([1], '') },
        ];
        const components = { passed: 1 };
        return {
          evaluation: { outcome: Outcome.COMPLETED, score: 0, components, cases, receipt: RECEIPT, calls: 1 },
        };
      },
    });
    const { sandboxes } = node.petri;
    const evaluation = await sandboxes.evaluate('a', {
      suite: {
        cases: [
          { function: 'f', arguments: [1], expected: 2, comparison: 'CLOSENESS', weight: 0 },
          { comparison: { scale: 3 }, timeoutMs: 4 },
        ],
        caseTimeoutMs: 5,
      },
      timeoutMs: 6,
      includeValues: true,
    });
    assert.partialDeepStrictEqual(evaluation, {
      outcome: 'COMPLETED',
      score: 0,
      components: { passed: 1 },
      cases: [{ name: '0', outcome: 'COMPLETED', passed: true, score: 1, value: [1] }],
      calls: 1,
    });
    await sandboxes.evaluate('a', { program: { typescript: 'p', data: { n: 1 }, callTimeoutMs: 7 } });
    assert.partialDeepStrictEqual(sent, [
      {
        evaluator: {
          case: 'suite',
          value: {
            cases: [
              { call: { function: 'f' }, comparison: { kind: 3 }, weight: 0 },
              { call: { function: '' }, comparison: { kind: 1, scale: 3 }, timeoutMs: 4 },
            ],
            caseTimeoutMs: 5,
          },
        },
        timeoutMs: 6,
        includeValues: true,
      },
      {
        evaluator: {
          case: 'program',
          value: { source: { case: 'typescript', value: 'p' }, callTimeoutMs: 7 },
        },
      },
    ]);
  });

  test('an archive survives a file', async () => {
    let imported: unknown;
    await using node = await fakeNode({
      exportSandbox: ({ id }) => ({ archive: { id, schemaVersion: 1, state: toValue({ n: 1 }, '') } }),
      importSandbox: (request) => {
        imported = request;
        return { sandbox: { id: request.id } };
      },
    });
    const archive = await node.petri.sandboxes.export('a');
    assert.equal(archive.id, 'a');
    await node.petri.sandboxes.import(Archive.from(archive.bytes()), { id: 'b' });
    assert.partialDeepStrictEqual(imported, { id: 'b', archive: { id: 'a', schemaVersion: 1 } });
  });

  test('restart, limits, usage, destroy', async () => {
    await using node = await fakeNode({
      restartSandbox: ({ resetState }) => ({ sandbox: { restartCount: resetState ? 1 : 0 } }),
      updateLimits: ({ limits }) => ({ sandbox: { limits: limits! } }),
      getResourceUsage: () => ({
        usage: { heapBytes: 1, cpuTotalUs: 2n, runs: 3n, uptime: { seconds: 4n } },
      }),
      destroySandbox: ({ id, graceMs }) => {
        if (id === 'missing') return {};
        return { sandbox: { id }, stopError: { message: String(graceMs) } };
      },
    });
    const { sandboxes } = node.petri;
    assert.equal((await sandboxes.restart('a', { resetState: true })).restartCount, 1);
    assert.equal((await sandboxes.updateLimits('a', { maxTasks: 3 })).limits.maxTasks, 3);
    assert.partialDeepStrictEqual(await sandboxes.usage('a'), {
      heapBytes: 1,
      cpuTotalUs: 2,
      runs: 3,
      uptimeMs: 4_000,
      resident: false,
    });
    assert.equal((await sandboxes.destroy('a', { graceMs: 0 }))?.stopError?.message, '0');
    assert.equal(await sandboxes.destroy('missing', { allowMissing: true }), undefined);
  });
});
