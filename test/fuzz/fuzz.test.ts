/** A fixed number of cases; `npm run fuzz` goes on for as long as asked, from other seeds. */
import { after, suite, test } from 'node:test';
import fc from 'fast-check';
import { mutate } from './mutation.ts';
import { unchanged } from './programs.ts';
import { somePrograms, someRequests, survivesPrograms, survivesRequests } from './properties.ts';
import { Target } from './target.ts';
import assert from 'node:assert/strict';

const SEED = 20_260_101;
const CASES = { programs: 20, requests: 60 };

const target = await Target.start();
after(() => target[Symbol.asyncDispose]());

suite('a node survives', { concurrency: 1 }, () => {
  test('the programs of the corpus', () => survivesPrograms(target, unchanged));

  test('random, mutated and truncated programs', () =>
    fc.assert(
      fc.asyncProperty(somePrograms, (all) => survivesPrograms(target, all)),
      { seed: SEED, numRuns: CASES.programs },
    ));

  test('random, mutated and truncated requests of every RPC', () =>
    fc.assert(
      fc.asyncProperty(someRequests, (all) => survivesRequests(target, all)),
      { seed: SEED, numRuns: CASES.requests },
    ));

  test('and nothing is left behind', () => target.settled());
});

test('mutations change a text where they say', () => {
  const change = (kind: 'delete' | 'repeat' | 'insert' | 'overwrite' | 'move' | 'truncate') =>
    mutate('abcdef', [{ kind, at: 0.5, length: 2, text: 'XY' }]);
  assert.deepEqual(
    ['delete', 'repeat', 'insert', 'overwrite', 'move', 'truncate'].map((kind) => change(kind as 'delete')),
    ['abcf', 'abcdedef', 'abcXYdef', 'abcXYf', 'fabcde', 'abc'],
  );
});
