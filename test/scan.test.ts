/** The security scan, as callers of a node meet it. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PetriError, type SecurityProfile } from '@petri/client';
import { sharedNode } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;

const ESCAPE = `export const f = () => ''.constructor.constructor('return 1')();`;
const ADVICE = `export const f = () => eval('40 + 2');`;
const REFUSED = { code: 'failed_precondition', reason: 'SCAN_REFUSED' };

async function refusal(call: Promise<unknown>): Promise<PetriError> {
  try {
    await call;
  } catch (thrown) {
    assert.ok(thrown instanceof PetriError, String(thrown));
    return thrown;
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}

suite('code that its profile refuses', () => {
  test('creates nothing, and every finding of every module is told with its place', async () => {
    const modules = [
      { name: 'main', javascript: `import './other';\nexport const f = () => process.exit();` },
      { name: 'other', typescript: `const x: Function = eval;\n  debugger;` },
    ];
    const error = await refusal(
      sandboxes.create({ id: 'refused', genome: { modules }, securityProfile: 'HIGH' }),
    );
    assert.deepEqual({ code: error.code, reason: error.reason }, REFUSED);
    assert.deepEqual(
      error.violations.map(({ field, reason }) => [field, reason]),
      [
        ['main:2:24', 'HOST_NAMES'],
        ['other:1:21', 'EVAL'],
        ['other:2:3', 'DEBUGGER'],
      ],
    );
    assert.ok(error.violations.every(({ description }) => description !== ''));
    await assert.rejects(sandboxes.get('refused'), { code: 'not_found' });
  });

  test('is not loaded over what runs, and changes nothing', async () => {
    const box = await node.box(
      `import { state } from 'petri:sandbox'; export const f = () => (state.n = 1 + (state.n ?? 0));`,
    );
    assert.equal(await box.call('f'), 1);
    const before = await box.get();
    await assert.rejects(sandboxes.reload(box.id, ESCAPE), REFUSED);
    assert.equal(await box.call('f'), 2);
    const { revision, modules, status } = await box.get();
    assert.deepEqual([revision, modules, status], [before.revision + 1, before.modules, 'RUNNING']);
  });

  test('is an item of its batch that failed, and disturbs no other', async () => {
    const batch = await sandboxes.batchCreate([{ genome: ESCAPE }, { genome: ADVICE }]);
    const [bad, good] = batch;
    assert.deepEqual({ code: bad?.error?.code, reason: bad?.error?.reason }, REFUSED);
    assert.deepEqual(
      bad?.error?.violations.map(({ field, reason }) => [field, reason]),
      [['requests[0].main:1:24', 'CONSTRUCTOR_ESCAPE']],
    );
    assert.equal(good?.error, undefined);
  });

  test('as a one-shot candidate threw, wherever it was to run', async () => {
    for (const isolation of ['ISOLATE', 'REALM'] as const) {
      const spec = { suite: { cases: [{ function: 'f', expected: 1 }] } };
      const items = sandboxes.evaluateSources(
        [{ genome: ESCAPE }, { genome: 'export const f = () => 1;' }],
        spec,
        {
          isolation,
        },
      );
      for await (const { index, evaluation } of items) {
        if (index === 1) assert.equal(evaluation?.score, 1);
        else {
          assert.equal(evaluation?.outcome, 'THREW');
          assert.equal(evaluation?.error?.name, 'SecurityError');
          assert.match(evaluation?.error?.message ?? '', /main:1:24: constructor-escape/);
        }
      }
    }
  });

  test('is the same under LOW, where it runs and is told of', async () => {
    const box = await node.box(ESCAPE, { securityProfile: 'LOW' });
    assert.equal(await box.call('f'), 1);
    const { scan } = await box.get();
    assert.deepEqual(
      scan?.findings.map(({ rule, severity, refused }) => [rule, severity, refused]),
      [['constructor-escape', 'CRITICAL', false]],
    );
  });
});

suite('code that its profile reports', () => {
  test('runs, and the record says what of it', async () => {
    const box = await node.box(ADVICE);
    assert.equal(await box.call('f'), 42);
    assert.deepEqual(box.created.scan, {
      findings: [
        {
          rule: 'eval',
          severity: 'WARNING',
          module: 'main',
          line: 1,
          column: 24,
          message: 'eval makes code that no scan sees',
          refused: false,
        },
      ],
      dropped: 0,
      refused: false,
    });
    const { sandbox } = await sandboxes.reload(box.id, 'export const f = () => 1;');
    assert.equal(sandbox.scan, undefined);
    const { sandbox: back } = await sandboxes.rollback(box.id);
    assert.equal(back.scan?.findings[0]?.rule, 'eval');
  });

  test('is scanned again where it comes to by an archive', async () => {
    const box = await node.box(ADVICE);
    const copy = await sandboxes.import(await sandboxes.export(box.id), { id: 'scan-copy' });
    assert.equal(copy.scan?.findings[0]?.rule, 'eval');
  });
});

suite('innocent code', () => {
  const innocent = `const photos = { list: () => [1] };
    class Process { eval() { return 'process.exit()'; } constructor() { this.process = 1; } }
    export const f = (process) => [photos.list(), new Process().eval(), typeof require, process.env];`;

  for (const securityProfile of ['HIGH', 'MEDIUM', 'LOW'] as SecurityProfile[])
    test(`passes ${securityProfile} without a word`, async () => {
      const box = await node.box(innocent, { securityProfile });
      assert.equal(box.created.scan, undefined);
      assert.deepEqual(await box.call('f', { env: 7 }), [[1], 'process.exit()', 'undefined', 7]);
      const { findings, refused } = await sandboxes.scan(innocent, { securityProfile });
      assert.deepEqual([findings, refused], [[], false]);
    });
});

suite('a scan by itself', () => {
  test('tells all, refused or not, and loads nothing', async () => {
    const endless = `${ESCAPE} for (;;); eval('1');`;
    const { findings, refused } = await sandboxes.scan(endless);
    assert.deepEqual(
      [findings.map((each) => [each.rule, each.refused]), refused],
      [
        [
          ['constructor-escape', true],
          ['endless-loop', false],
          ['eval', false],
        ],
        true,
      ],
    );
  });

  test('refuses what can’t be loaded at all', async () => {
    await assert.rejects(sandboxes.scan('export const ='), {
      code: 'failed_precondition',
      reason: 'COMPILE_FAILED',
    });
    await assert.rejects(sandboxes.scan({ modules: [] }), { code: 'invalid_argument' });
    await assert.rejects(sandboxes.scan(`// ${'x'.repeat(1024 * 1024)}`, { securityProfile: 'HIGH' }), {
      code: 'invalid_argument',
    });
  });
});

test('a source that kills the parser costs its own load, and nothing else', async () => {
  const neighbour = await node.box('let n = 0; export const f = () => ++n;');
  const deadly = `export const f = () => eval('1')${'+1'.repeat(200_000)};`;
  const innocent = neighbour.run('f');
  await assert.rejects(sandboxes.create({ id: 'deadly', genome: deadly }), { reason: 'LOAD_CRASHED' });
  await assert.rejects(sandboxes.scan(deadly), { reason: 'LOAD_CRASHED' });
  await assert.rejects(sandboxes.get('deadly'), { code: 'not_found' });
  assert.equal((await innocent).outcome, 'COMPLETED');
  assert.equal((await neighbour.run('f')).outcome, 'COMPLETED');
});
