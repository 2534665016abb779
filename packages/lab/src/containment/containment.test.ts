import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrustedEvaluator } from '../../test/trusted-evaluator.ts';
import type { Evaluation, Evaluator } from '../evolution/evaluator.ts';
import { attack } from './containment.ts';
import { HOSTILES } from './hostiles.ts';

/** Runs the innocent in this process and answers for the hostile as a node would; `change` spoils answers. */
function node(
  change: (evaluation: Evaluation, asking: number) => Iterable<Evaluation> = (e) => [e],
): Evaluator {
  const inner = new TrustedEvaluator();
  let asking = 0;
  return {
    async *evaluate(candidates, data, signal) {
      asking++;
      const hostile = new Map(HOSTILES.map((each) => [each.name, each]));
      for (const { id } of candidates) {
        const outcome = hostile.get(id)?.contained[0];
        if (outcome === undefined) continue;
        const score = outcome === 'COMPLETED' ? { score: 0 } : {};
        yield* change({ id, outcome, ...score, components: {}, reason: 'killed', wallMs: 100 }, asking);
      }
      const innocent = candidates.filter(({ id }) => !hostile.has(id));
      for await (const evaluation of inner.evaluate(innocent, data, signal))
        yield* change(evaluation, asking);
    },
  };
}

const run = (evaluator: Evaluator) =>
  attack({ evaluator, seed: '1', signal: new AbortController().signal, innocents: 30 });

test('containment holds when the hostile fall and every innocent gets its score', async () => {
  const report = await run(node());
  assert.ok(report.passed);
  assert.equal(report.right, 30);
  assert.equal(report.hostiles.length, HOSTILES.length);
  assert.ok(
    report.hostiles.every(({ contained, evaluation }) => contained && evaluation?.reason === 'killed'),
  );
});

test('a hostile program that gets a score is not contained', async () => {
  const report = await run(node((e) => [e.id === 'forger' ? { ...e, outcome: 'COMPLETED', score: 1 } : e]));
  assert.deepEqual(
    report.hostiles.filter(({ contained }) => !contained).map(({ hostile }) => hostile.name),
    ['forger'],
  );
  assert.ok(!report.passed);
});

test('a hostile program that ends otherwise than it should is not contained', async () => {
  const report = await run(
    node((e) => [e.id === 'endless loop' ? { ...e, outcome: 'COMPLETED', score: 0 } : e]),
  );
  assert.ok(!report.passed);
});

test('one wrong score among the innocent fails it, however small the difference', async () => {
  const spoil = (e: Evaluation): Evaluation =>
    e.id === 'innocent-3' ? { ...e, score: (e.score ?? 0) + 1e-15 } : e;
  const report = await run(node((e, asking) => [asking === 1 ? spoil(e) : e]));
  assert.equal(report.right, 29);
  assert.match(report.wrong[0] ?? '', /^innocent-3: scored/);
  assert.ok(!report.passed);
});

test('an innocent killed with the guilty fails it', async () => {
  const report = await run(
    node((e) => [e.id === 'innocent-3' ? { ...e, outcome: 'CRASHED', reason: 'worker died' } : e]),
  );
  assert.deepEqual(report.wrong, ['innocent-3: CRASHED worker died']);
});

test('a lost answer and a doubled one are told', async () => {
  const report = await run(node((e) => (e.id === 'V8 abort' ? [] : e.id === 'innocent-5' ? [e, e] : [e])));
  assert.deepEqual(report.lost, ['innocent-5: answered twice', 'V8 abort: no answer']);
  assert.ok(!report.passed);
});

test('a node that serves no longer after the attack fails it', async () => {
  const report = await run(node((e, asking) => (asking === 1 ? [e] : [])));
  assert.ok(!report.servesAfterwards);
  assert.ok(!report.passed);
});
