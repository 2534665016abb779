import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { treeOf } from '../../test/trees.ts';
import { binary, constant, depth, equal, replaceAt, size, subtrees, unary, variable } from './tree.ts';

test('size counts nodes and depth counts edges', () => {
  const tree = binary('add', unary('neg', variable(0)), constant(1));
  assert.equal(size(tree), 4);
  assert.equal(depth(tree), 2);
  assert.equal(depth(constant(1)), 0);
});

test('a constant is finite and never negative zero', () => {
  assert.ok(Object.is(constant(-0).value, 0));
  assert.throws(() => constant(Number.NaN), RangeError);
  assert.throws(() => constant(Number.POSITIVE_INFINITY), RangeError);
});

test('replacing a subtree changes exactly what is at its position', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 6 }), fc.nat(), (seed, depthLimit, pick) => {
      const tree = treeOf(seed, depthLimit);
      const nodes = subtrees(tree);
      const position = pick % nodes.length;
      const old = nodes[position];
      assert.ok(old);
      assert.equal(nodes.length, size(tree));
      assert.ok(equal(replaceAt(tree, position, old), tree));
      const marker = constant(123.25);
      const replaced = replaceAt(tree, position, marker);
      assert.equal(subtrees(replaced)[position], marker);
      assert.equal(size(replaced), size(tree) - size(old) + 1);
    }),
  );
});

test('a position outside the tree is refused', () => {
  assert.throws(() => replaceAt(variable(0), 1, constant(1)), RangeError);
});
