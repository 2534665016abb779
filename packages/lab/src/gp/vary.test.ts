import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FULL, treeOf } from '../../test/trees.ts';
import { Rng } from '../evolution/rng.ts';
import { randomTree, rampedTree } from './grow.ts';
import { depth, equal, mapLeaves, size, subtrees, variable } from './tree.ts';
import type { Tree } from './tree.ts';
import {
  crossover,
  hoist,
  mutatePoint,
  mutateSubtree,
  perturbConstants,
  shrink,
  withinLimits,
  wrap,
} from './vary.ts';

const SMALL = { ...FULL, unary: ['sqrt'], binary: ['add', 'mul'] } as const;

const OPERATORS: Record<string, (tree: Tree, other: Tree, rng: Rng) => Tree> = {
  crossover,
  mutateSubtree: (tree, _other, rng) => mutateSubtree(tree, SMALL, rng),
  mutatePoint: (tree, _other, rng) => mutatePoint(tree, SMALL, rng),
  hoist: (tree, _other, rng) => hoist(tree, rng),
  shrink: (tree, _other, rng) => shrink(tree, SMALL, rng),
  perturbConstants: (tree, _other, rng) => perturbConstants(tree, SMALL, rng),
  wrap: (tree, _other, rng) => wrap(tree, SMALL, rng),
};

const property = (check: (tree: Tree, other: Tree, seed: number) => void): void => {
  const depthLimit = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(fc.nat(), depthLimit, depthLimit, (seed, first, second) => {
      check(treeOf(seed, first, SMALL), treeOf(seed + 1, second, SMALL), seed);
    }),
  );
};

for (const [name, operator] of Object.entries(OPERATORS)) {
  test(`${name} makes valid trees of the grammar and leaves its parents alone`, () => {
    property((tree, other, seed) => {
      const before = JSON.stringify([tree, other]);
      assertValid(operator(tree, other, Rng.of(seed)));
      assert.equal(JSON.stringify([tree, other]), before);
    });
  });

  test(`${name} makes the same child of the same seed`, () => {
    property((tree, other, seed) => {
      assert.ok(equal(operator(tree, other, Rng.of(seed)), operator(tree, other, Rng.of(seed))));
    });
  });
}

test('crossover adds nothing that neither parent has', () => {
  property((tree, other, seed) => {
    const constants = (part: Tree): number[] =>
      subtrees(part).flatMap((n) => (n.kind === 'constant' ? [n.value] : []));
    const known = new Set([...constants(tree), ...constants(other)]);
    for (const value of constants(crossover(tree, other, Rng.of(seed)))) assert.ok(known.has(value));
  });
});

test('point mutation keeps the shape; hoisting and shrinking never grow', () => {
  property((tree, _other, seed) => {
    assert.equal(size(mutatePoint(tree, SMALL, Rng.of(seed))), size(tree));
    assert.ok(size(hoist(tree, Rng.of(seed))) <= size(tree));
    assert.ok(size(shrink(tree, SMALL, Rng.of(seed))) <= size(tree));
  });
});

test('perturbing constants changes nothing else', () => {
  const blank = (tree: Tree): Tree =>
    mapLeaves(tree, (leaf) => (leaf.kind === 'constant' ? variable(9) : leaf));
  property((tree, _other, seed) => {
    assert.ok(equal(blank(perturbConstants(tree, SMALL, Rng.of(seed))), blank(tree)));
  });
});

test('random trees keep to their depth, and full ones reach it everywhere', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 6 }), (seed, limit) => {
      assert.ok(depth(randomTree(FULL, 'grow', limit, Rng.of(seed))) <= limit);
      assert.equal(depth(randomTree(FULL, 'full', limit, Rng.of(seed))), limit);
    }),
  );
});

test('a ramped population covers every depth, half of it full', () => {
  const trees = Array.from({ length: 60 }, (_, slot) =>
    rampedTree(FULL, { minDepth: 1, maxDepth: 3 }, slot, Rng.of(1, slot)),
  );
  const full = trees.filter((_, slot) => Math.floor(slot / 3) % 2 === 0);
  for (const limit of [1, 2, 3]) assert.equal(full.filter((tree) => depth(tree) === limit).length, 10);
  assert.ok(trees.every((tree) => depth(tree) <= 3));
});

test('limits hold depth and size both', () => {
  const tree = treeOf(7, 0);
  assert.ok(withinLimits(tree, { maxDepth: 0, maxSize: 1 }));
  assert.ok(!withinLimits(tree, { maxDepth: 0, maxSize: 0 }));
});

function assertValid(tree: Tree): void {
  for (const node of subtrees(tree)) {
    if (node.kind === 'constant') assert.ok(Number.isFinite(node.value) && !Object.is(node.value, -0));
    else if (node.kind === 'variable') assert.ok(node.index >= 0 && node.index < SMALL.variables.length);
    else assert.ok([...SMALL.unary, ...SMALL.binary].some((name) => name === node.name));
  }
}
