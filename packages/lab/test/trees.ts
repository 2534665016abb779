import { Rng } from '../src/evolution/rng.ts';
import { randomTree } from '../src/gp/grow.ts';
import { BINARY_NAMES, UNARY_NAMES } from '../src/gp/primitives.ts';
import type { Grammar } from '../src/gp/primitives.ts';
import type { Tree } from '../src/gp/tree.ts';

/** Everything that trees can be made of. */
export const FULL: Grammar = {
  variables: ['x', 'y'],
  unary: UNARY_NAMES,
  binary: BINARY_NAMES,
  constantRange: 5,
};

/** Only what small whole numbers pass through without rounding, so that values can be compared exactly. */
export const POLYNOMIAL: Grammar = {
  variables: ['x', 'y'],
  unary: ['neg', 'square'],
  binary: ['add', 'sub', 'mul'],
  constantRange: 5,
};

/** The tree of a seed: for property tests, which shrink the depth. */
export function treeOf(seed: number, depth: number, grammar: Grammar = FULL): Tree {
  return randomTree(grammar, 'grow', depth, Rng.of(seed, 'test'));
}
