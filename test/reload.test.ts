import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Module } from '@petri/client';
import type { PetriError } from '@petri/core';
import { type Box, sharedNode, valueOf } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { sandboxes } = node;
const js = (name: string, javascript: string): Module => ({ name, javascript });

/** What a failed change must not touch. */
async function snapshot(box: Box) {
  const { status, entry, modules, revision } = await box.get();
  const { message } = await sandboxes.export(box.id);
  return { status, entry, modules, revision, state: message.state, histories: message.modules };
}

suite('a hot reload', () => {
  test('puts JavaScript and TypeScript in force, with enums and types', async () => {
    const box = await node.box('export const f = () => 1;');
    const { result, sandbox } = await sandboxes.reload(box.id, {
      typescript: `
        enum Colour { Red = 1, Green, Blue }
        namespace Paint { export const best: Colour = Colour.Blue; }
        interface Shape { readonly side: number }
        class Square implements Shape { constructor(readonly side: number) {} area = <T extends Shape>(_?: T): number => this.side ** 2; }
        export const f = (side: number): unknown => [Colour[2], Paint.best, new Square(side).area() satisfies number];`,
    });
    assert.equal(result, 'RELOADED');
    assert.deepEqual(
      sandbox.modules.map(({ version, language }) => [version, language]),
      [[2, 'TYPESCRIPT']],
    );
    assert.deepEqual(await box.call('f', 3), ['Green', 3, 9]);
  });

  test('says where TypeScript and JavaScript are wrong', async () => {
    const box = await node.box('export const f = () => 1;');
    for (const module of [{ typescript: 'export const f: = 1;' }, { javascript: 'export const f = (;' }])
      await assert.rejects(sandboxes.reload(box.id, module), (error: PetriError) => {
        assert.equal(error.reason, 'COMPILE_FAILED');
        assert.match(error.message, /main/);
        assert.equal(error.metadata['guest_error_name'], 'SyntaxError');
        return true;
      });
    assert.equal(await box.call('f'), 1);
  });

  test('links modules that were not named anew with those that were', async () => {
    const box = await node.box({
      modules: [
        js('main', 'import { middle } from "middle"; export const f = () => "main " + middle();'),
        js('middle', 'import { leaf } from "leaf"; export const middle = () => "middle " + leaf;'),
        js('leaf', 'export const leaf = "old leaf";'),
      ],
    });
    assert.equal(await box.call('f'), 'main middle old leaf');
    await sandboxes.reload(box.id, js('leaf', 'export const leaf = "new leaf";'));
    assert.equal(await box.call('f'), 'main middle new leaf');
    assert.deepEqual((await box.get()).modules.map(({ module, version }) => `${module}@${version}`).sort(), [
      'leaf@2',
      'main@1',
      'middle@1',
    ]);
  });

  test('accepts cycles, additions, removals and another entry', async () => {
    const box = await node.box({
      modules: [
        js('main', 'import { odd } from "odd"; export const even = (n) => n === 0 || odd(n - 1);'),
        js('odd', 'import { even } from "main"; export const odd = (n) => n !== 0 && even(n - 1);'),
      ],
    });
    assert.deepEqual([await box.call('even', 10), await box.call('even', 7)], [true, false]);
    await sandboxes.reload(box.id, js('third', 'export const third = () => 3;'), {
      entry: 'third',
      remove: ['main', 'odd'],
    });
    const { entry, modules } = await box.get();
    assert.deepEqual([entry, modules.map(({ module }) => module)], ['third', ['third']]);
    assert.equal(await box.call('third'), 3);
    const history = await sandboxes.versions(box.id, { module: 'main' });
    assert.deepEqual([history.activeVersion, history.totalVersions], [0, 1]);
  });

  test('is all or nothing: one bad module of several leaves everything as it was', async () => {
    const box = await node.box({
      modules: [
        js('main', 'import { a } from "a"; import { b } from "b"; export const f = () => a + b;'),
        js('a', 'export const a = 1;'),
        js('b', 'export const b = 10;'),
      ],
    });
    const before = await snapshot(box);
    for (const [bad, reason] of [
      ['export const b = ;', 'COMPILE_FAILED'],
      ['export const c = 20;', 'LINK_FAILED'],
      ['import "nowhere"; export const b = 20;', 'LINK_FAILED'],
      ['export const b = 20; throw new Error("no");', 'EVALUATE_FAILED'],
    ] as const) {
      const modules = [js('a', 'export const a = 2;'), js('b', bad), js('c', 'export {};')];
      await assert.rejects(sandboxes.reload(box.id, modules), { code: 'failed_precondition', reason });
      assert.deepEqual(await snapshot(box), before);
      assert.equal(await box.call('f'), 11);
    }
    const removing = sandboxes.reload(box.id, [], { remove: ['b'] });
    await assert.rejects(removing, { reason: 'LINK_FAILED' });
    assert.deepEqual(await snapshot(box), before);
  });

  test('lists everything that is wrong with the request', async () => {
    const box = await node.box('export const f = () => 1;');
    const modules = [js('../up', ''), js('twice', ''), js('twice', '')];
    await assert.rejects(sandboxes.reload(box.id, modules), (error: PetriError) => {
      assert.deepEqual(
        error.violations.map(({ field }) => field),
        ['modules[0].name', 'modules[2].name'],
      );
      return true;
    });
    await assert.rejects(sandboxes.reload(box.id, [], { remove: ['gone', 'away'] }), (error: PetriError) => {
      assert.deepEqual(
        error.violations.map(({ field }) => field),
        ['remove[0]', 'remove[1]'],
      );
      return true;
    });
    await assert.rejects(sandboxes.reload(box.id, [], { entry: 'gone' }), { code: 'invalid_argument' });
    await assert.rejects(sandboxes.reload(box.id, [], { remove: ['main'] }), { code: 'invalid_argument' });
  });

  test('of identical code is NO_CHANGE and keeps what is in memory', async () => {
    const source = 'let calls = 0; export const f = () => ++calls;';
    const box = await node.box(source);
    await box.call('f');
    const { revision } = await box.get();
    const { result, sandbox } = await sandboxes.reload(box.id, source);
    assert.equal(result, 'NO_CHANGE');
    assert.equal(sandbox.revision, revision);
    assert.equal(sandbox.modules[0]?.version, 1);
    assert.equal(await box.call('f'), 2);
    assert.equal((await sandboxes.reload(box.id, { typescript: source })).result, 'RELOADED');
  });

  test('at another revision than expected is ABORTED, and changes nothing', async () => {
    const box = await node.box('export const f = () => 1;');
    const { revision } = await box.get();
    const stale = sandboxes.reload(box.id, 'export const f = () => 2;', { expectedRevision: revision + 1 });
    await assert.rejects(stale, { code: 'aborted', reason: 'REVISION_CHANGED' });
    assert.equal(await box.call('f'), 1);
    await sandboxes.reload(box.id, 'export const f = () => 2;', { expectedRevision: revision });
    assert.equal(await box.call('f'), 2);
  });

  test('of one revision by several callers at once succeeds for one of them', async () => {
    const box = await node.box('export const f = () => 0;');
    const { revision } = await box.get();
    const settled = await Promise.allSettled(
      Array.from({ length: 5 }, (_, n) =>
        sandboxes.reload(box.id, `export const f = () => ${n + 1};`, { expectedRevision: revision }),
      ),
    );
    const done = settled.flatMap(({ status }, n) => (status === 'fulfilled' ? [n + 1] : []));
    assert.deepEqual([await box.call('f')], done);
  });
});

suite('state over a reload', () => {
  const OLD = `import { state } from 'petri:sandbox';
    export const add = (n) => (state.total = (state.total ?? 0) + n);`;

  test('stays as it is without a migration', async () => {
    const box = await node.box(OLD);
    await box.call('add', 5);
    await sandboxes.reload(
      box.id,
      `import { state } from 'petri:sandbox'; export const f = () => state.total;`,
    );
    assert.equal(await box.call('f'), 5);
  });

  test('goes through migrate of the new entry, which is told the versions', async () => {
    const box = await node.box(OLD);
    await box.call('add', 5);
    await sandboxes.reload(
      box.id,
      `import { state } from 'petri:sandbox';
       export const migrate = async (old, versions) => ({ sum: old.total, versions, same: state === old });
       export const f = () => state;`,
    );
    const state = await box.call('f');
    assert.deepEqual(
      { ...(state as object), same: undefined },
      {
        sum: 5,
        versions: { from: { main: 1 }, to: { main: 2 } },
        same: undefined,
      },
    );
  });

  test('goes through the state handler of the request, before migrate', async () => {
    const box = await node.box(OLD);
    await box.call('add', 5);
    await sandboxes.reload(
      box.id,
      `import { state } from 'petri:sandbox'; export const migrate = () => 'wrong'; export const f = () => state;`,
      { stateHandler: '(state, { from, to }) => [state.total, from.main, to.main]' },
    );
    assert.deepEqual(await box.call('f'), [5, 1, 2]);
  });

  test('that cannot be migrated leaves code, state and version; trying again is not NO_CHANGE', async () => {
    const box = await node.box(OLD);
    await box.call('add', 5);
    const before = await snapshot(box);
    const attempts: [
      source: string,
      options: { stateHandler?: string; loadTimeoutMs?: number },
      reason: string,
    ][] = [
      ['export const migrate = () => { throw new Error("no"); };', {}, 'MIGRATION_FAILED'],
      ['export const migrate = async () => { throw new Error("no"); };', {}, 'MIGRATION_FAILED'],
      ['export const migrate = () => () => {};', {}, 'LOAD_INVALID_RESULT'],
      ['export const migrate = () => { for (;;); };', { loadTimeoutMs: 60 }, 'LOAD_TIMEOUT'],
      ['export const migrate = () => "x".repeat(2 ** 21);', {}, 'LOAD_OUTPUT_LIMIT'],
      ['export const f = 1;', { stateHandler: '() => { throw 1; }' }, 'MIGRATION_FAILED'],
      ['export const f = 1;', { stateHandler: 'not a function (' }, 'MIGRATION_FAILED'],
      ['export const f = 1;', { stateHandler: '42' }, 'MIGRATION_FAILED'],
    ];
    for (const [source, options, reason] of attempts)
      for (const attempt of [1, 2]) {
        const failing = sandboxes.reload(box.id, source, options);
        await assert.rejects(
          failing,
          (error: PetriError) => {
            assert.equal(error.code, 'failed_precondition');
            assert.ok([reason, 'COMPILE_FAILED'].includes(error.reason), `${source} ${error.reason}`);
            return true;
          },
          `${source} (${attempt})`,
        );
        assert.deepEqual(await snapshot(box), before, source);
      }
    assert.equal(await box.call('add', 1), 6);
    assert.equal((await sandboxes.reload(box.id, 'export const f = 1;')).result, 'RELOADED');
  });

  test('that start() of the new code sets counts, and reverts if start() throws', async () => {
    const box = await node.box(OLD, { state: { total: 1 } });
    const start = (body: string) =>
      `import { state } from 'petri:sandbox'; export function start() { ${body} } export const f = () => state;`;
    await assert.rejects(sandboxes.reload(box.id, start('state.total = 99; throw 1;')), {
      reason: 'START_FAILED',
    });
    assert.equal(await box.call('add', 0), 1);
    await sandboxes.reload(box.id, start('state.total += 1;'));
    assert.deepEqual(await box.call('f'), { total: 2 });
  });
});

suite('a reload under load', () => {
  test('lets runs in flight finish on the old code', async () => {
    const box = await node.box(`import { sleep } from 'petri:sandbox';
      export const f = async () => { await sleep(1_500); return 'old'; };`);
    const running = box.run('f');
    await until('it runs', async () => (await sandboxes.usage(box.id)).queuedRuns > 0);
    const reloaded = sandboxes.reload(box.id, `export const f = () => 'new';`);
    const after = box.run('f');
    assert.equal(valueOf(await running), 'old');
    assert.equal((await reloaded).result, 'RELOADED');
    assert.equal(await box.call('f'), 'new');
    assert.ok(['old', 'new'].includes(valueOf(await after) as string));
  });

  test('fails no run, and no caller sees older code after newer', async () => {
    const generation = (n: number) => `import { state } from 'petri:sandbox';
      export const f = () => { state.runs = (state.runs ?? 0) + 1; return ${n}; };
      export const runs = () => state.runs;`;
    const box = await node.box(generation(0));
    const load = { done: false };
    let runs = 0;
    const caller = async () => {
      const seen: number[] = [];
      while (!load.done) {
        seen.push((await box.call('f')) as number);
        runs++;
      }
      return seen;
    };
    const callers = Array.from({ length: 8 }, caller);
    for (let n = 1; n <= 25; n++) await sandboxes.reload(box.id, generation(n));
    load.done = true;
    for (const seen of await Promise.all(callers)) {
      assert.deepEqual(
        seen,
        [...seen].sort((left, right) => left - right),
      );
      assert.ok(seen.length > 5, String(seen.length));
    }
    assert.equal(await box.call('f'), 25);
    assert.equal(await box.call('runs'), runs + 1);
  });
});
