import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PetriError } from '@petri/client';
import type { EvaluationItem, Petri } from '@petri/client';
import type { Evaluation } from '../evolution/evaluator.ts';
import { EvaluatorUnavailable } from '../evolution/evaluator.ts';
import { NodeEvaluator } from './evaluator.ts';

type Sandboxes = Pick<Petri['sandboxes'], 'evaluateSources'>;
type Asked = Parameters<Sandboxes['evaluateSources']>;

const RECEIPT = {
  wallUs: 1500,
  cpuUs: 1400,
  heapBytes: 0,
  externalBytes: 0,
  outputBytes: 0,
  workerPid: 1,
  attempt: 1,
  queuedUs: 0,
  reason: '',
  workerLost: false,
};
const DONE = { cases: [], evaluatorSha256: '', calls: 1 };

const completed = (id: string): EvaluationItem => ({
  index: 0,
  id,
  evaluation: { ...DONE, outcome: 'COMPLETED', score: 0.5, components: { error: 1 }, receipt: RECEIPT },
});
const failed = (id: string, error: PetriError): EvaluationItem => ({ index: 0, id, error });

/** Answers with these items, then fails if told to. */
function node(items: readonly EvaluationItem[], failure?: Error): { sandboxes: Sandboxes; asked: Asked[] } {
  const asked: Asked[] = [];
  const evaluateSources = (...args: Asked) => {
    asked.push(args);
    async function* stream() {
      yield* items;
      if (failure) throw failure;
    }
    return stream() as unknown as ReturnType<Sandboxes['evaluateSources']>;
  };
  return { sandboxes: { evaluateSources }, asked };
}

async function evaluate(sandboxes: Sandboxes): Promise<{ came: Evaluation[]; failure: unknown }> {
  const came: Evaluation[] = [];
  const evaluator = new NodeEvaluator(sandboxes, 'REALM');
  const answers = evaluator.evaluate(
    [{ id: 'a', source: 'export {}' }],
    { rows: [] },
    new AbortController().signal,
  );
  try {
    for await (const evaluation of answers) came.push(evaluation);
  } catch (failure) {
    return { came, failure };
  }
  return { came, failure: undefined };
}

test('a candidate is asked for with its source, bounds and isolation, and its answer translated', async () => {
  const { sandboxes, asked } = node([completed('a')]);
  const { came } = await evaluate(sandboxes);
  assert.deepEqual(came, [
    { id: 'a', outcome: 'COMPLETED', score: 0.5, components: { error: 1 }, wallMs: 1.5, workerLost: false },
  ]);
  const [candidates, spec, options] = asked[0] ?? assert.fail('nothing was asked');
  assert.deepEqual(candidates, [{ id: 'a', genome: 'export {}' }]);
  assert.equal(spec.timeoutMs, 5000);
  assert.equal(options?.isolation, 'REALM');
  assert.equal(options?.limits?.memoryBytes, 64 * 2 ** 20);
});

test("a guest's failure comes with its reason and its error", async () => {
  const error = { name: 'RangeError', message: 'too far', stack: '', path: '' };
  const receipt = { ...RECEIPT, reason: 'threw', workerLost: true };
  const { sandboxes } = node([
    { index: 0, id: 'a', evaluation: { ...DONE, outcome: 'THREW', components: {}, error, receipt } },
  ]);
  const [evaluation] = (await evaluate(sandboxes)).came;
  assert.equal(evaluation?.reason, 'threw');
  assert.equal(evaluation?.error, 'RangeError: too far');
  assert.equal(evaluation?.workerLost, true);
});

for (const code of ['unavailable', 'resource_exhausted', 'aborted'] as const) {
  test(`what came is kept when an item, or the stream, is ${code}`, async () => {
    const error = new PetriError(code, 'not now');
    for (const { sandboxes } of [node([failed('a', error), completed('b')]), node([completed('b')], error)]) {
      const { came, failure } = await evaluate(sandboxes);
      assert.deepEqual(
        came.map(({ id }) => id),
        ['b'],
      );
      assert.ok(failure instanceof EvaluatorUnavailable);
      assert.equal(failure.cause, error);
    }
  });
}

test('any other failure passes through as it is', async () => {
  const error = new PetriError('invalid_argument', 'no such thing');
  assert.equal((await evaluate(node([failed('a', error)]).sandboxes)).failure, error);
  assert.equal((await evaluate(node([], error).sandboxes)).failure, error);
});
