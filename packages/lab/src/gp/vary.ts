import type { Rng } from '../evolution/rng.ts';
import { randomConstant, randomLeaf, randomTree } from './grow.ts';
import type { Grammar } from './primitives.ts';
import { binary, children, constant, depth, mapLeaves, replaceAt, size, subtrees, unary } from './tree.ts';
import type { Tree } from './tree.ts';

/** Bounds that no operator's child exceeds: what keeps programs from growing without improving (bloat). */
export interface Limits {
  readonly maxDepth: number;
  readonly maxSize: number;
}

/** Koza's 90/10: inner nodes are chosen far more often than leaves, of which any tree has more. */
const INNER_CHANCE = 0.9;
/** Depth of the subtrees that mutation grows. */
const MUTATION_DEPTH = 3;

export function withinLimits(tree: Tree, limits: Limits): boolean {
  return depth(tree) <= limits.maxDepth && size(tree) <= limits.maxSize;
}

/** A copy of `mother` in which one subtree is replaced by one of `father`'s. */
export function crossover(mother: Tree, father: Tree, rng: Rng): Tree {
  const donor = subtrees(father)[pickPosition(father, rng)] as Tree;
  return replaceAt(mother, pickPosition(mother, rng), donor);
}

/** One subtree is replaced by a random one. */
export function mutateSubtree(tree: Tree, grammar: Grammar, rng: Rng): Tree {
  return replaceAt(tree, pickPosition(tree, rng), randomTree(grammar, 'grow', MUTATION_DEPTH, rng));
}

/** One node becomes another of its arity; the shape stays. */
export function mutatePoint(tree: Tree, grammar: Grammar, rng: Rng): Tree {
  const nodes = subtrees(tree);
  const position = rng.int(nodes.length);
  const node = nodes[position] as Tree;
  if (node.kind === 'unary') return replaceAt(tree, position, unary(rng.pick(grammar.unary), node.child));
  if (node.kind === 'binary') {
    return replaceAt(tree, position, binary(rng.pick(grammar.binary), node.left, node.right));
  }
  return replaceAt(tree, position, randomLeaf(grammar, rng));
}

/** One of the tree's own subtrees takes the place of a larger one that holds it (Kinnear's hoist, made local). */
export function hoist(tree: Tree, rng: Rng): Tree {
  const position = pickPosition(tree, rng);
  const outer = subtrees(tree)[position] as Tree;
  const inner = subtrees(outer);
  return replaceAt(tree, position, inner[rng.int(inner.length)] as Tree);
}

/** One subtree shrinks to a leaf. */
export function shrink(tree: Tree, grammar: Grammar, rng: Rng): Tree {
  return replaceAt(tree, pickPosition(tree, rng), randomLeaf(grammar, rng));
}

/**
 * Every constant moves by a Gaussian step in proportion to itself. The step's scale is drawn log-uniformly over
 * six decades, so the same operator finds a coefficient's magnitude early and its last digits late. Now and then a
 * constant is rounded instead, which is how exact integers are reached. A tree without constants is returned as it is.
 */
export function perturbConstants(tree: Tree, grammar: Grammar, rng: Rng): Tree {
  const scale = 10 ** rng.between(-6, 0);
  const rounds = rng.chance(0.2);
  return mapLeaves(tree, (leaf) => {
    if (leaf.kind === 'variable') return leaf;
    if (rounds) return rng.chance(0.5) ? constant(Math.round(leaf.value)) : leaf;
    if (leaf.value === 0) return randomConstant(grammar, rng);
    const moved = leaf.value * (1 + scale * rng.gaussian());
    return Number.isFinite(moved) ? constant(moved) : leaf;
  });
}

/** A scaled copy: multiplied by, or shifted by, a fresh constant. It gives perturbation something to tune. */
export function wrap(tree: Tree, grammar: Grammar, rng: Rng): Tree {
  const name = rng.chance(0.5) ? 'mul' : 'add';
  if (!grammar.binary.includes(name)) return tree;
  return binary(name, randomConstant(grammar, rng), tree);
}

function pickPosition(tree: Tree, rng: Rng): number {
  const nodes = subtrees(tree);
  const inner = nodes.flatMap((node, position) => (children(node).length > 0 ? [position] : []));
  return inner.length > 0 && rng.chance(INNER_CHANCE) ? rng.pick(inner) : rng.int(nodes.length);
}
