import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CallOptions, Candidate, Confinement, Evaluation, EvaluationSpec } from '@petri/client';
import { sharedNode } from './support/node.ts';

const node = await sharedNode();
const { sandboxes } = node;

const DOUBLES: EvaluationSpec = {
  suite: {
    cases: [1, 2, 3].map((n) => ({ function: 'f', arguments: [n], expected: n * 2 })),
    caseTimeoutMs: 5_000,
  },
};

/** Evaluations by candidate id, with a check that each came once and that the summary adds up. */
async function evaluate(
  candidates: readonly Candidate[],
  spec: EvaluationSpec,
  options: Confinement & CallOptions & { maxConcurrency?: number } = {},
): Promise<{ by: Map<string, Evaluation>; order: number[] }> {
  const by = new Map<string, Evaluation>();
  const order: number[] = [];
  const batch = sandboxes.evaluateSources(candidates, spec, options);
  for await (const { index, id, evaluation, error } of batch) {
    assert.equal(error, undefined, id);
    assert.equal(id, candidates[index]?.id);
    assert.ok(!by.has(id), `${id} came twice`);
    order.push(index);
    if (evaluation) by.set(id, evaluation);
  }
  const { total, outcomes, errors } = await batch.summary();
  assert.equal(total, candidates.length);
  assert.equal(errors, 0);
  assert.equal(by.size, candidates.length);
  const counts: Record<string, number> = {};
  for (const { outcome } of by.values()) counts[outcome] = (counts[outcome] ?? 0) + 1;
  assert.deepEqual(outcomes, counts);
  return { by, order };
}

for (const isolation of ['ISOLATE', 'REALM', 'PROCESS'] as const)
  suite(`one-shot candidates in ${isolation}`, () => {
    test('are scored, whatever their neighbours do', async () => {
      const { by } = await evaluate(
        [
          { id: 'right', genome: 'export const f = (n) => n * 2;' },
          { id: 'wrong', genome: 'export const f = (n) => n + 2;' },
          { id: 'typed', genome: { typescript: 'export const f = (n: number): number => n + n;' } },
          {
            id: 'several',
            genome: {
              modules: [
                { name: 'main', javascript: 'export { f } from "lib";' },
                { name: 'lib', javascript: 'export const f = (n) => 2 * n;' },
              ],
            },
          },
          { id: 'throws', genome: 'export const f = () => { throw 1; };' },
          {
            id: 'grows',
            genome: 'export const f = () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, {}); };',
          },
          { id: 'syntax', genome: 'export const f = (' },
          { id: 'link', genome: 'import { x } from "nowhere"; export const f = x;' },
          { id: 'body', genome: 'throw new RangeError("at load"); export const f = 1;' },
          { id: 'none', genome: 'export const g = 1;' },
          { id: 'again', genome: 'export const f = (n) => n * 2;' },
        ],
        DOUBLES,
        { isolation, limits: { memoryBytes: 32 * 1024 * 1024 } },
      );
      const score = (id: string) => by.get(id)?.score;
      for (const id of ['right', 'typed', 'several', 'again']) assert.equal(score(id), 1, id);
      assert.ok(Math.abs((score('wrong') ?? 0) - 1 / 3) < 1e-12);
      for (const id of ['throws', 'none']) assert.equal(score(id), 0, id);
      for (const [id, name] of [
        ['syntax', 'SyntaxError'],
        ['link', 'ImportError'],
        ['body', 'RangeError'],
      ] as const) {
        const evaluation = by.get(id);
        assert.deepEqual(
          [evaluation?.outcome, evaluation?.score, evaluation?.error?.name],
          ['THREW', undefined, name],
        );
      }
      assert.ok((score('grows') ?? 0) === 0);
    });

    test('cannot see or poison the next', async () => {
      const poison = `
        Object.prototype.polluted = 1; Array.prototype.map = () => ['patched']; globalThis.left = 1;
        Math.random = () => 0.5; JSON.parse = () => 'patched'; Promise.prototype.then = () => {};
        Symbol.for('left'); const f = () => 2; export { f };`;
      const look = `export const f = () => [({}).polluted ?? null, [1].map(String)[0], globalThis.left ?? null, JSON.parse('1'), Math.random() === 0.5];`;
      const candidates = Array.from({ length: 80 }, (_, n) => ({
        id: String(n),
        genome: n % 2 === 0 ? poison : look,
      }));
      const spec = {
        suite: { cases: [{ function: 'f', expected: [null, '1', null, 1, false] }] },
        includeValues: true,
      };
      const { by } = await evaluate(candidates, spec, { isolation, maxConcurrency: 4 });
      for (const [id, { score, cases }] of by)
        assert.equal(score, Number(id) % 2, JSON.stringify([id, cases]));
    });
  });

suite('one-shot candidates', () => {
  test('come in the order in which they finish', async () => {
    const { order } = await evaluate(
      [
        {
          id: 'slow',
          genome:
            'export const f = () => { const end = Date.now() + 3_000; while (Date.now() < end); return 1; };',
        },
        ...Array.from({ length: 20 }, (_, n) => ({ id: `fast-${n}`, genome: 'export const f = () => 1;' })),
      ],
      { suite: { cases: [{ function: 'f', expected: 1 }], caseTimeoutMs: 60_000 } },
    );
    assert.equal(order.at(-1), 0);
  });

  test('that wait for timers hold up no others', async () => {
    const nap = `export const f = async () => { await new Promise((done) => setTimeout(done, 3_000)); return 1; };`;
    // One after another they would take 60 s on one worker, 30 s on two.
    const { by } = await evaluate(
      Array.from({ length: 20 }, (_, n) => ({ id: String(n), genome: nap })),
      { suite: { cases: [{ function: 'f', expected: 1 }], caseTimeoutMs: 60_000 } },
      { deadlineMs: 25_000 },
    );
    assert.equal(by.size, 20);
    for (const { score } of by.values()) assert.equal(score, 1);
  });

  test('are scored by a fitness program, whose fault is an error of the item and no fitness', async () => {
    const program = (javascript: string): EvaluationSpec => ({ program: { javascript } });
    const genomes = Array.from({ length: 30 }, (_, n) => ({
      id: String(n),
      genome: `export const f = () => ${n};`,
    }));
    const { by } = await evaluate(genomes, program(`export default async (c) => (await c.call('f')) / 2;`));
    for (const [id, { score }] of by) assert.equal(score, Number(id) / 2);
    const errors = await Array.fromAsync(
      sandboxes.evaluateSources(genomes, program('export default () => NaN;')),
    );
    assert.deepEqual([...new Set(errors.map(({ error }) => error?.reason))], ['FITNESS_PROGRAM_FAILED']);
    assert.equal(errors.length, 30);
  });

  test('leave no sandbox behind', async () => {
    const before = await node.status();
    await evaluate([{ id: 'x', genome: 'export const f = (n) => n * 2;' }], DOUBLES);
    assert.deepEqual((await node.status()).sandboxes, before.sandboxes);
  });

  test('with hangs among them: the others are all right, none is lost', async () => {
    const candidates = Array.from({ length: 400 }, (_, n) => ({
      id: String(n),
      genome: n % 100 === 50 ? 'export const f = () => { for (;;); };' : `export const f = () => ${n};`,
    }));
    const spec: EvaluationSpec = {
      program: { javascript: `export default (c) => c.call('f');`, callTimeoutMs: 1_500 },
    };
    const { by } = await evaluate(candidates, spec);
    for (const [id, { outcome, score }] of by)
      if (Number(id) % 100 === 50) assert.deepEqual([outcome, score], ['TIMEOUT', undefined]);
      else assert.deepEqual([outcome, score], ['COMPLETED', Number(id)]);
  });

  test('without a module are an error of their item, with what is wrong', async () => {
    const [item, fine] = await Array.fromAsync(
      sandboxes.evaluateSources(
        [{ genome: { modules: [] } }, { genome: 'export const f = (n) => n * 2;' }],
        DOUBLES,
      ),
    ).then((items) => items.sort((left, right) => left.index - right.index));
    assert.equal(item?.error?.code, 'invalid_argument');
    assert.equal(fine?.evaluation?.score, 1);
  });
});
