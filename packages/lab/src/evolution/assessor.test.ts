import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Assessor } from './assessor.ts';
import { EvaluatorUnavailable } from './evaluator.ts';
import type { Candidate, Evaluation, Evaluator } from './evaluator.ts';

const signal = new AbortController().signal;
const scored = ({ id, source }: Candidate): Evaluation => ({
  id,
  outcome: 'COMPLETED',
  score: source.length / 100,
  components: {},
  wallMs: 1,
});

/** Answers the nth asking with the nth function, and every later one with the last. */
function scripted(...script: ((candidates: readonly Candidate[]) => Iterable<Evaluation>)[]) {
  const asked: string[][] = [];
  const evaluator: Evaluator = {
    async *evaluate(candidates) {
      const answer = script[Math.min(asked.length, script.length - 1)];
      asked.push(candidates.map(({ source }) => source));
      yield* answer?.(candidates) ?? [];
    },
  };
  const waits: number[] = [];
  const retry = { attempts: 3, wait: async (attempt: number) => void waits.push(attempt) };
  return { asked, waits, assessor: new Assessor({ evaluator, data: {}, retry }) };
}

test('every source is evaluated once, however often it occurs', async () => {
  const { asked, assessor } = scripted((candidates) => candidates.map(scored));
  const first = await assessor.assess(['aa', 'b', 'aa'], signal);
  assert.deepEqual(
    first.map(({ score }) => score),
    [0.02, 0.01, 0.02],
  );
  await assessor.assess(['b', 'cccc'], signal);
  assert.deepEqual(asked, [['aa', 'b'], ['cccc']]);
  assert.equal(assessor.evaluations, 3);
  assert.equal(assessor.cached, 2);
});

test('answers are matched by id, whatever their order', async () => {
  const { assessor } = scripted((candidates) => candidates.map(scored).reverse());
  const found = await assessor.assess(['a', 'bb', 'ccc'], signal);
  assert.deepEqual(
    found.map(({ score }) => score),
    [0.01, 0.02, 0.03],
  );
});

test('a stream that breaks is asked again for what it left out, and no more', async () => {
  const { asked, waits, assessor } = scripted(
    function* ([first]) {
      if (first) yield scored(first);
      throw new EvaluatorUnavailable('connection lost');
    },
    (candidates) => candidates.map(scored),
  );
  const found = await assessor.assess(['a', 'bb', 'ccc'], signal);
  assert.deepEqual(
    found.map(({ score }) => score),
    [0.01, 0.02, 0.03],
  );
  assert.deepEqual(asked, [
    ['a', 'bb', 'ccc'],
    ['bb', 'ccc'],
  ]);
  assert.deepEqual(waits, [0]);
});

test('a missing answer and a cancelled run are no verdicts: both are asked for again', async () => {
  const { asked, assessor } = scripted(
    ([first]) => (first ? [{ ...scored(first), outcome: 'CANCELLED' }] : []),
    (candidates) => candidates.map(scored),
  );
  const found = await assessor.assess(['a', 'bb'], signal);
  assert.ok(found.every(({ outcome }) => outcome === 'COMPLETED'));
  assert.deepEqual(asked, [
    ['a', 'bb'],
    ['a', 'bb'],
  ]);
  assert.deepEqual(assessor.outcomes, { COMPLETED: 2 });
});

test('when the system stays down, the search fails; it does not score zero', async () => {
  const { asked, assessor } = scripted(() => {
    throw new EvaluatorUnavailable('down');
  });
  await assert.rejects(assessor.assess(['a'], signal), (error) => {
    assert.ok(error instanceof EvaluatorUnavailable);
    assert.match(error.message, /1 candidates unanswered after 3 attempts/);
    assert.match(String(error.cause), /down/);
    return true;
  });
  assert.equal(asked.length, 3);
  assert.equal(assessor.evaluations, 0);
});

test('an error that asking again would not mend is passed on at once', async () => {
  const { asked, assessor } = scripted(() => {
    throw new TypeError('bad request');
  });
  await assert.rejects(assessor.assess(['a'], signal), TypeError);
  assert.equal(asked.length, 1);
});

test("a candidate's failure is an answer and is remembered", async () => {
  const { asked, assessor } = scripted((candidates) =>
    candidates.map(({ id }) => ({ id, outcome: 'TIMEOUT', components: {}, wallMs: 100, reason: 'deadline' })),
  );
  const [first] = await assessor.assess(['a'], signal);
  assert.equal(first?.outcome, 'TIMEOUT');
  await assessor.assess(['a'], signal);
  assert.equal(asked.length, 1);
  assert.deepEqual(assessor.outcomes, { TIMEOUT: 1 });
});

test('an answer to a question that was not asked is a fault', async () => {
  const { assessor } = scripted(() => [scored({ id: 'other', source: 'a' })]);
  await assert.rejects(assessor.assess(['a'], signal), /answered other, which was not asked/);
});

test('an aborted search asks no more', async () => {
  const { asked, assessor } = scripted(() => []);
  await assert.rejects(assessor.assess(['a'], AbortSignal.abort(new Error('stop'))), /stop/);
  assert.equal(asked.length, 1);
});
