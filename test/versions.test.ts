import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Archive } from '@petri/client';
import { IsolationLevel } from '@petri/contracts/v1';
import { failure, sharedNode, testNode, valueOf } from './support/node.ts';
import { combineI32, IMPORTING, SPINNING, WIDE } from './support/wasm.ts';

const node = await sharedNode();
const { sandboxes } = node;

const generation = (n: number) => `export const f = () => ${n};`;

/** A sandbox that has gone through so many generations. */
async function veteran(generations: number, versionsKept?: number) {
  const box = await node.box(generation(1), versionsKept === undefined ? {} : { limits: { versionsKept } });
  for (let n = 2; n <= generations; n++) await sandboxes.reload(box.id, generation(n));
  return box;
}

suite('versions', () => {
  test('are kept ten deep by default: the eleventh evicts the first, numbers are never used again', async () => {
    const box = await veteran(11);
    const { versions, activeVersion, totalVersions } = await sandboxes.versions(box.id);
    assert.deepEqual(
      versions.map(({ version }) => version),
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2],
    );
    assert.deepEqual([activeVersion, totalVersions], [11, 11]);
    assert.deepEqual((await sandboxes.version(box.id, { version: 2 })).code, { javascript: generation(2) });
    await assert.rejects(sandboxes.version(box.id, { version: 1 }), {
      code: 'not_found',
      reason: 'MODULE_VERSION_NOT_FOUND',
    });
    await assert.rejects(sandboxes.rollback(box.id, { version: 1 }), { code: 'not_found' });
    await assert.rejects(sandboxes.version(box.id, { version: 12 }), { code: 'not_found' });
    await assert.rejects(sandboxes.versions(box.id, { module: 'nothing' }), { code: 'not_found' });
    assert.equal(await box.call('f'), 11);
  });

  test('are kept as many as the limit says', async () => {
    const box = await veteran(4, 2);
    const { versions } = await sandboxes.versions(box.id);
    assert.deepEqual(
      versions.map(({ version }) => version),
      [4, 3],
    );
  });

  test('have hashes of their code: the same code, the same hash', async () => {
    const [one, other] = [await veteran(2), await veteran(2)];
    const hash = async (id: string) => (await sandboxes.version(id)).sha256;
    assert.equal(await hash(one.id), await hash(other.id));
    await sandboxes.reload(one.id, generation(3));
    assert.notEqual(await hash(one.id), await hash(other.id));
  });
});

suite('a rollback', () => {
  test('moves the pointer, not history: the version told is the one that runs', async () => {
    const box = await veteran(3);
    const { result } = await sandboxes.rollback(box.id);
    assert.equal(result, 'RELOADED');
    assert.equal(await box.call('f'), 2);
    const active = await sandboxes.version(box.id);
    assert.deepEqual([active.version, active.active, active.code], [2, true, { javascript: generation(2) }]);
    const { activeVersion, totalVersions, versions } = await sandboxes.versions(box.id);
    assert.deepEqual([activeVersion, totalVersions, versions.length], [2, 3, 3]);
    assert.equal((await box.get()).modules[0]?.version, 2);

    await sandboxes.rollback(box.id, { version: 3 });
    assert.equal(await box.call('f'), 3);
    await sandboxes.rollback(box.id, { version: 1 });
    assert.equal((await sandboxes.rollback(box.id, { version: 1 })).result, 'NO_CHANGE');
    await assert.rejects(sandboxes.rollback(box.id), { reason: 'NO_EARLIER_VERSION' });
    await sandboxes.reload(box.id, generation(9));
    assert.equal((await sandboxes.version(box.id)).version, 4);
  });

  test('keeps the active version, however old, when newer ones come and go', async () => {
    const box = await veteran(3, 2);
    await sandboxes.rollback(box.id, { version: 2 });
    await sandboxes.reload(box.id, generation(4));
    await sandboxes.rollback(box.id, { version: 3 });
    assert.equal(await box.call('f'), 3);
  });

  test('goes through the migration, and changes nothing if that fails', async () => {
    const stateful = (n: number, migrate: string) => `import { state } from 'petri:sandbox';
      export const f = () => [${n}, state]; export const migrate = (state, { from, to }) => ${migrate};`;
    const box = await node.box(stateful(1, '["back", from.main, to.main]'), { state: 'first' });
    await sandboxes.reload(box.id, stateful(2, '["on", from.main, to.main]'));
    assert.deepEqual(await box.call('f'), [2, ['on', 1, 2]]);
    await assert.rejects(sandboxes.rollback(box.id, { stateHandler: '() => { throw 1; }' }), {
      reason: 'MIGRATION_FAILED',
    });
    assert.deepEqual(await box.call('f'), [2, ['on', 1, 2]]);
    assert.equal((await sandboxes.version(box.id)).version, 2);
    await sandboxes.rollback(box.id);
    assert.deepEqual(await box.call('f'), [1, ['back', 2, 1]]);
  });
});

suite('WebAssembly', () => {
  test('is loaded as a binary, called with JSON, and reloaded', async () => {
    const box = await node.box({ wasm: combineI32('combine', 0x6a) });
    assert.equal(await box.call('combine', 2, 3), 5);
    const { result, sandbox } = await sandboxes.reloadBinary(box.id, combineI32('combine', 0x6c));
    assert.deepEqual(
      [result, sandbox.modules[0]?.version, sandbox.modules[0]?.language],
      ['RELOADED', 2, 'WASM'],
    );
    assert.equal(await box.call('combine', 2, 3), 6);
    assert.equal((await sandboxes.reloadBinary(box.id, combineI32('combine', 0x6c))).result, 'NO_CHANGE');
    await sandboxes.rollback(box.id);
    assert.equal(await box.call('combine', 2, 3), 5);
    assert.deepEqual((await sandboxes.version(box.id)).code, { wasm: combineI32('combine', 0x6a) });
  });

  test('takes and gives 64-bit integers as numbers', async () => {
    const box = await node.box({ wasm: WIDE });
    assert.equal(await box.call('wide', 2 ** 40, 5), 2 ** 40 + 5);
    failure(await box.run('wide', [Number.MAX_SAFE_INTEGER, 1]), 'INVALID_RESULT');
  });

  test('imports from JavaScript, and JavaScript from it; each is linked anew with the other', async () => {
    const twice = (factor: number) => ({
      name: 'helper',
      javascript: `export const twice = (n) => n * ${factor};`,
    });
    const box = await node.box({
      modules: [
        { name: 'main', javascript: 'import { four } from "binary"; export const f = (n) => four(n);' },
        { name: 'binary', wasm: IMPORTING },
        twice(2),
      ],
    });
    assert.equal(await box.call('f', 3), 12);
    await sandboxes.reload(box.id, twice(3));
    assert.equal(await box.call('f', 3), 27);
  });

  test('that is broken, or links to nothing, changes nothing', async () => {
    const box = await node.box({ wasm: combineI32('combine', 0x6a) });
    await assert.rejects(sandboxes.reloadBinary(box.id, new Uint8Array([0, 1, 2, 3])), {
      reason: 'COMPILE_FAILED',
    });
    await assert.rejects(sandboxes.reloadBinary(box.id, IMPORTING), { reason: 'LINK_FAILED' });
    await assert.rejects(sandboxes.reloadBinary(box.id, new Uint8Array()), { code: 'invalid_argument' });
    assert.equal(await box.call('combine', 2, 3), 5);
  });

  test('that loops ends at its deadline', async () => {
    const box = await node.box({ wasm: SPINNING });
    failure(await box.run('spin', [], { timeoutMs: 80 }), 'TIMEOUT');
  });

  test('is refused by the profile HIGH', async () => {
    await assert.rejects(node.box({ wasm: WIDE }, { securityProfile: 'HIGH' }), { code: 'invalid_argument' });
  });
});

suite('an archive', () => {
  test('makes the same sandbox elsewhere: code, versions, state, limits, labels', async () => {
    await using elsewhere = await testNode({ workers: 1, spares: 0 });
    const box = await node.box(
      `import { state } from 'petri:sandbox';
       export const f = (n) => { state.list = [...(state.list ?? []), n]; return state.list; };`,
      { id: 'traveller', labels: { kind: 'x' }, population: 'p', limits: { maxTasks: 7 } },
    );
    await sandboxes.reload(box.id, [
      {
        name: 'main',
        javascript: `import { state } from 'petri:sandbox'; import { four } from 'binary';
        export const f = (n) => { state.list = [...(state.list ?? []), four(n)]; return state.list; };`,
      },
      { name: 'binary', wasm: IMPORTING },
      { name: 'helper', typescript: 'export const twice = (n: number): number => n * 2;' },
    ]);
    assert.deepEqual(await box.call('f', 1), [4]);
    const archive = Archive.from((await sandboxes.export(box.id)).bytes());
    assert.equal(archive.id, 'traveller');

    const imported = await elsewhere.sandboxes.import(archive);
    assert.partialDeepStrictEqual(imported, {
      id: 'traveller',
      labels: { kind: 'x' },
      population: 'p',
      status: 'RUNNING',
    });
    assert.equal(imported.limits.maxTasks, 7);
    assert.deepEqual(await elsewhere.sandboxes.call('traveller', 'f', 2), [4, 8]);
    assert.deepEqual(await elsewhere.sandboxes.versions('traveller'), await sandboxes.versions(box.id));
    await elsewhere.sandboxes.rollback('traveller');
    assert.deepEqual(await elsewhere.sandboxes.call('traveller', 'f', 3), [4, 8, 3]);
    await elsewhere.sandboxes.reload('traveller', generation(5));
    assert.equal((await elsewhere.sandboxes.version('traveller')).version, 3);
    assert.deepEqual(await box.call('f', 9), [4, 36]);
  });

  test('of a rolled-back sandbox runs what the original runs', async () => {
    const box = await veteran(3);
    await sandboxes.rollback(box.id, { version: 1 });
    const copy = await sandboxes.import(await sandboxes.export(box.id), { id: 'copy' });
    assert.equal(await sandboxes.call(copy.id, 'f'), 1);
    assert.equal((await sandboxes.version(copy.id)).version, 1);
    await assert.rejects(sandboxes.import(await sandboxes.export(box.id)), { code: 'already_exists' });
  });

  test('that was tampered with, or is of a newer layout, is refused', async () => {
    const { message } = await sandboxes.export((await veteran(1)).id);
    const tampered = structuredClone(message);
    tampered.modules[0]!.versions[0]!.code!.code = { case: 'javascript', value: generation(666) };
    await assert.rejects(sandboxes.import(new Archive(tampered), { id: 'tampered' }), {
      code: 'invalid_argument',
    });
    const wrong: [field: RegExp, change: (archive: typeof message) => void][] = [
      [/\.versions/, ({ modules: [module] }) => module!.versions.push(module!.versions[0]!)],
      [/\.version/, ({ modules: [module] }) => (module!.versions[0]!.version = 0)],
      [/\.active_version$/, ({ modules: [module] }) => (module!.activeVersion = 99)],
      [/^archive\.entry$/, (archive) => (archive.entry = 'elsewhere')],
      [/^archive\.population$/, (archive) => (archive.isolation = IsolationLevel.REALM)],
    ];
    for (const [field, change] of wrong) {
      const archive = structuredClone(message);
      change(archive);
      await assert.rejects(
        sandboxes.import(new Archive(archive), { id: 'wrong' }),
        ({ violations }: { violations: { field: string }[] }) =>
          violations.some((each) => field.test(each.field)),
        String(field),
      );
    }
    await assert.rejects(sandboxes.get('wrong'), { code: 'not_found' });
    const newer = { ...message, schemaVersion: 2 };
    await assert.rejects(sandboxes.import(new Archive(newer), { id: 'newer' }), {
      reason: 'ARCHIVE_TOO_NEW',
    });
  });
});

test('a sandbox tells what it uses', async () => {
  const box = await node.box(`import { state } from 'petri:sandbox';
    const kept = []; export const keep = (n) => { kept.push(new Uint8Array(n)); state.kept = n; return n; };`);
  const before = await sandboxes.usage(box.id);
  assert.deepEqual([before.resident, before.runs, before.tasks, before.queuedRuns], [true, 0, 0, 0]);
  assert.equal(valueOf(await box.run('keep', [5_000_000])), 5_000_000);
  const usage = await sandboxes.usage(box.id);
  assert.equal(usage.runs, 1);
  assert.equal(usage.memoryLimitBytes, 128 * 1024 * 1024);
  assert.ok(usage.heapBytes > 100_000, String(usage.heapBytes));
  assert.ok(usage.externalBytes >= 5_000_000, String(usage.externalBytes));
  assert.equal(usage.stateBytes, '{"kept":5000000}'.length);
  assert.ok(usage.cpuTotalUs > before.cpuTotalUs);
  assert.ok(usage.uptimeMs > 0);
  assert.ok((await node.status()).workers.some(({ pid }) => pid === usage.workerPid));
});
