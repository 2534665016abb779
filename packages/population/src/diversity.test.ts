import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diversityOf } from './diversity.ts';

test('diversity is none for one genome, and log2(n) bits for n different ones', () => {
  assert.deepEqual(diversityOf(['a', 'a', 'a']), { known: 3, distinct: 1, ratio: 1 / 3, entropyBits: 0 });
  assert.deepEqual(diversityOf(['a', 'b', 'c', 'd']), { known: 4, distinct: 4, ratio: 1, entropyBits: 2 });
  assert.deepEqual(diversityOf(['a', 'a', 'b', 'b', '']), {
    known: 4,
    distinct: 2,
    ratio: 0.5,
    entropyBits: 1,
  });
  assert.deepEqual(diversityOf(['', '']), { known: 0, distinct: 0, ratio: 0, entropyBits: 0 });
});
