import type { Rng } from '../evolution/rng.ts';
import type { Grammar } from './primitives.ts';
import { binary, constant, unary, variable } from './tree.ts';
import type { Constant, Tree } from './tree.ts';

/** `full` makes every leaf as deep as allowed; `grow` may stop anywhere. */
export type Method = 'full' | 'grow';

/** Chance that a leaf is a constant rather than a variable. */
const CONSTANT_CHANCE = 0.3;
/** Chance that `grow` stops early at a node. */
const STOP_CHANCE = 0.25;

export function randomLeaf(grammar: Grammar, rng: Rng): Tree {
  return rng.chance(CONSTANT_CHANCE)
    ? randomConstant(grammar, rng)
    : variable(rng.int(grammar.variables.length));
}

export function randomConstant({ constantRange }: Grammar, rng: Rng): Constant {
  if (rng.chance(0.5)) return constant(rng.int(2 * constantRange + 1) - constantRange);
  return constant((rng.chance(0.5) ? 1 : -1) * 10 ** rng.between(-2, 3));
}

export function randomTree(grammar: Grammar, method: Method, maxDepth: number, rng: Rng): Tree {
  if (maxDepth === 0 || (method === 'grow' && rng.chance(STOP_CHANCE))) return randomLeaf(grammar, rng);
  const choice = rng.int(grammar.unary.length + grammar.binary.length);
  const name = grammar.unary[choice];
  if (name !== undefined) return unary(name, randomTree(grammar, method, maxDepth - 1, rng));
  const left = randomTree(grammar, method, maxDepth - 1, rng);
  return binary(rng.pick(grammar.binary), left, randomTree(grammar, method, maxDepth - 1, rng));
}

/**
 * One tree of a population initialised ramped half-and-half (Koza 1992): depths from `minDepth` to `maxDepth`
 * in turn, by position, and each depth half full, half grown.
 */
export function rampedTree(
  grammar: Grammar,
  { minDepth, maxDepth }: { readonly minDepth: number; readonly maxDepth: number },
  position: number,
  rng: Rng,
): Tree {
  const depths = maxDepth - minDepth + 1;
  const method = Math.floor(position / depths) % 2 === 0 ? 'full' : 'grow';
  return randomTree(grammar, method, minDepth + (position % depths), rng);
}
