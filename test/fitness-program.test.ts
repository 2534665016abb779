import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { CANDIDATE, evaluateCalmly, program } from './support/evaluation.ts';
import { sharedNode } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;

suite('a fitness program', () => {
  test('calls the candidate, sees failures, and answers a score with components', async () => {
    const box = await node.box(CANDIDATE);
    const evaluation = await sandboxes.evaluate(
      box.id,
      program(
        `export default async (candidate, { data }) => {
           const four = await candidate.call('half', data.n);
           const failed = await candidate.try('fail');
           let caught;
           try { await candidate.call('fail'); } catch (error) { caught = error; }
           const fine = failed.outcome === 'THREW' && failed.error.name === 'RangeError'
             && caught.name === 'CandidateError' && caught.outcome === 'THREW' && caught.error.message === 'out of range';
           return { score: fine ? 0.5 : 0, components: { four, all: (await Promise.all([1, 2, 3].map((n) => candidate.call('give', n)))).length } };
         };`,
        { data: { n: 8 } },
      ),
    );
    assert.partialDeepStrictEqual(evaluation, {
      outcome: 'COMPLETED',
      score: 0.5,
      components: { four: 4, all: 3 },
      calls: 6,
    });
    assert.match(evaluation.evaluatorSha256, /^[0-9a-f]{64}$/);
  });

  test('in TypeScript, with a bare number for a score', async () => {
    const box = await node.box(CANDIDATE);
    const typescript = `type C = { call(name: string, ...args: unknown[]): Promise<number> };
      export default async (candidate: C): Promise<number> => candidate.call('half', 3);`;
    assert.equal((await sandboxes.evaluate(box.id, { program: { typescript } })).score, 1.5);
  });

  test('that lets a failure of the candidate through makes it the outcome; a caught one does not', async () => {
    const box = await node.box(CANDIDATE);
    const through = await sandboxes.evaluate(
      box.id,
      program(`export default (candidate) => candidate.call('fail');`),
    );
    assert.deepEqual(
      [through.outcome, through.score, through.error?.message],
      ['THREW', undefined, 'out of range'],
    );
    const late = await sandboxes.evaluate(
      box.id,
      program(`export default async (candidate) => { await candidate.call('spin'); return 1; };`, {
        callTimeoutMs: 50,
      }),
    );
    assert.deepEqual([late.outcome, late.score], ['TIMEOUT', undefined]);
    const caught = await evaluateCalmly(
      sandboxes,
      box.id,
      program(
        `export default async (c) => ((await c.try('spin')).outcome === 'TIMEOUT' ? await c.call('give', 7) : 0);`,
        {
          callTimeoutMs: 50,
        },
      ),
    );
    assert.equal(caught.score, 7);
  });

  test('that itself fails is FITNESS_PROGRAM_FAILED, never a fitness', async () => {
    const box = await node.box(CANDIDATE);
    for (const source of [
      'export default () => NaN;',
      'export default () => "1";',
      'export default () => undefined;',
      'export default () => ({ score: "high" });',
      'export default () => ({ score: 1, components: { a: "b" } });',
      'export default () => { throw new Error("mine"); };',
      'export default async () => null.x;',
      'export default 5;',
      'export const other = 1;',
      'not even a module {',
      'import "nothing"; export default () => 1;',
      'export default () => new Promise(() => {});',
    ])
      await assert.rejects(
        sandboxes.evaluate(box.id, program(source)),
        { code: 'failed_precondition', reason: 'FITNESS_PROGRAM_FAILED' },
        source,
      );
    const endless = { ...program('export default () => { for (;;); };'), timeoutMs: 1_000 };
    await assert.rejects(sandboxes.evaluate(box.id, endless), { reason: 'FITNESS_PROGRAM_FAILED' });
    assert.equal(await box.call('half', 2), 1);
  });

  test('whose candidate takes all the time there is ends with TIMEOUT, the candidate to blame', async () => {
    const box = await node.box(CANDIDATE);
    const source = `export default async (c) => { for (;;) await c.try('spin'); };`;
    const spec = { ...program(source, { callTimeoutMs: 5_000 }), timeoutMs: 1_000 };
    const { outcome, score } = await sandboxes.evaluate(box.id, spec);
    assert.deepEqual([outcome, score], ['TIMEOUT', undefined]);
  });

  test('leaves the state of the sandbox as it was', async () => {
    const box = await node.box(CANDIDATE);
    const { revision } = await box.get();
    const { score } = await sandboxes.evaluate(
      box.id,
      program(`export default async (c) => (await c.call('count')) * 10 + (await c.call('count'));`),
    );
    assert.equal(score, 11);
    assert.equal((await box.get()).revision, revision);
    assert.equal(await box.call('count'), 1);
  });
});
