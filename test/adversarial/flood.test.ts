/** Answers that are small one by one, and too much for the node together. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sharedNode } from '../support/node.ts';

const node = await sharedNode();
const CASES = 100;

suite('a candidate of large answers', () => {
  test('is scored for as many of them as the node would hold', async () => {
    const genome = `const answer = 'x'.repeat(1_000_000); export const f = (n) => (n < ${CASES - 1} ? answer : 1);`;
    const cases = Array.from({ length: CASES }, (_, n) => ({ function: 'f', arguments: [n], expected: 1 }));
    const [item] = await Array.fromAsync(node.sandboxes.evaluateSources([{ genome }], { suite: { cases } }));
    const outcomes = item?.evaluation?.cases.map(({ outcome }) => outcome) ?? [];
    assert.equal(outcomes.length, CASES);
    assert.equal(
      outcomes.findIndex((outcome) => outcome !== 'COMPLETED'),
      33,
    );
    assert.ok(
      outcomes.slice(33).every((outcome) => outcome === 'OUTPUT_LIMIT'),
      outcomes.join(),
    );
    assert.equal(item?.evaluation?.score, 0);
  });
});
