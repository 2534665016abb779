/** No candidate gains by cheating, nor spoils the score of the one after it. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ComparisonKind, EvaluationSpec } from '@petri/client';
import { sharedNode } from '../support/node.ts';
import { cheats } from './cheats.ts';

const node = await sharedNode();

/** So steep that any constant, and the argument itself, is far off everywhere. */
const right = (x: number) => x * 1_234_567.5 + 7_654_321.25;
const HONEST = 'export const f = (x) => x * 1234567.5 + 7654321.25;';
const INPUTS = [1, 2, 3, 5, 8, 13];
/** What being far off everywhere earns at most. */
const NOTHING = 1e-3;

const compared = (comparison: ComparisonKind): EvaluationSpec => {
  const cases = INPUTS.map((x) => ({ function: 'f', arguments: [x], expected: right(x), comparison }));
  return { suite: { cases, caseTimeoutMs: 1_000 } };
};

const programmed = (javascript: string): EvaluationSpec => {
  const data = INPUTS.map((x) => [x, right(x)]);
  return { program: { javascript, data, callTimeoutMs: 1_000 } };
};

const EVALUATORS: Record<string, EvaluationSpec> = {
  'a suite of exact answers': compared('EXACT'),
  'a suite of close answers': compared('APPROXIMATE'),
  'a suite that measures closeness': compared('CLOSENESS'),
  'a suite of subsets': compared('SUBSET'),
  'a careful program': programmed(`export default async (candidate, { data }) => {
    let error = 0;
    for (const [x, y] of data) {
      const { outcome, value } = await candidate.try('f', x);
      if (outcome !== 'COMPLETED' || typeof value !== 'number') return 0;
      error += Math.abs(value - y);
    }
    return 1 / (1 + error);
  }`),
  'a trusting program': programmed(`export default async (candidate, { data }) => {
    const answers = await Promise.all(data.map(([x]) => candidate.call('f', x)));
    const error = answers.reduce((sum, answer, index) => sum + Math.abs(answer - data[index][1]), 0);
    return { score: 1 / (1 + error), components: { error } };
  }`),
};

for (const isolation of ['REALM', 'ISOLATE'] as const)
  suite(`cheating earns nothing, in an isolation of ${isolation}`, () => {
    for (const [name, spec] of Object.entries(EVALUATORS))
      test(`under ${name}`, async () => {
        const names = [...cheats().keys()];
        // Each cheat is followed by somebody honest.
        const genomes = [...cheats().values()].flatMap((genome) => [genome, HONEST]);
        const candidates = genomes.map((genome) => ({ genome }));
        const options = { isolation, limits: { memoryBytes: 64 * 1024 * 1024 } };
        const gained: string[] = [];
        let honest = 0;
        for await (const { index, evaluation, error } of node.sandboxes.evaluateSources(
          candidates,
          spec,
          options,
        )) {
          const cheat = names[Math.floor(index / 2)];
          if (index % 2 === 0) {
            // A program may fail over what a candidate answers: that is an error, and no score.
            if (evaluation === undefined)
              assert.equal(error?.reason, 'FITNESS_PROGRAM_FAILED', String(error));
            else if ((evaluation.score ?? 0) > NOTHING) gained.push(`${cheat}: ${evaluation.score}`);
          } else if (evaluation?.score === 1) honest++;
          else gained.push(`honest after "${cheat}": ${evaluation?.score ?? String(error)}`);
        }
        assert.deepEqual(gained, []);
        assert.equal(honest, names.length);
      });
  });
