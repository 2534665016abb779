import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { POLYNOMIAL, treeOf } from '../../test/trees.ts';
import { collect } from './collect.ts';
import { interpret } from './interpret.ts';
import { printExpression } from './print.ts';
import { readable } from './readable.ts';
import { simplify } from './simplify.ts';
import { binary, constant, size, subtrees, unary, variable } from './tree.ts';
import type { Tree } from './tree.ts';

const x = variable(0);
const a = unary('sqrt', x);
const show = (tree: Tree): string => printExpression(tree, ['x', 'y']);

test('simplifying keeps every value, bit for bit, wherever nothing overflows, and never grows', () => {
  const value = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ min: -1e3, max: 1e3, noNaN: true }));
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 6 }), fc.tuple(value, value), (seed, depth, row) => {
      const tree = treeOf(seed, depth);
      const simple = simplify(tree);
      assert.ok(size(simple) <= size(tree));
      if (!subtrees(tree).every((part) => Number.isFinite(interpret(part, row)))) return;
      // Adding zero turns -0 into 0: the sign of zero is all that may differ.
      assert.equal(interpret(simple, row) + 0, interpret(tree, row) + 0);
    }),
    { numRuns: 2000 },
  );
});

test('collecting keeps every value of a polynomial', () => {
  const value = fc.integer({ min: -4, max: 4 });
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 4 }), fc.tuple(value, value), (seed, depth, row) => {
      const tree = wholeConstants(treeOf(seed, depth, POLYNOMIAL));
      if (!subtrees(tree).every((part) => Math.abs(interpret(part, row)) < 2 ** 40)) return;
      assert.equal(interpret(collect(tree), row) + 0, interpret(tree, row) + 0);
    }),
    { numRuns: 2000 },
  );
});

test('identities vanish', () => {
  const cases: [Tree, string][] = [
    [binary('mul', x, constant(1)), 'x'],
    [binary('sub', x, x), '0'],
    [binary('div', x, x), '1'],
    [binary('add', x, x), '2 * x'],
    [binary('mul', x, constant(0)), '0'],
    [unary('neg', unary('neg', x)), 'x'],
    [binary('add', constant(2), constant(3)), '5'],
    [binary('mul', binary('mul', x, x), x), 'x * x * x'],
    [unary('sqrt', unary('neg', x)), 'sqrt(x)'],
    [binary('pow', constant(0), constant(0)), '0'],
  ];
  for (const [tree, expected] of cases) assert.equal(show(simplify(tree)), expected);
});

test('like terms are collected, highest degree first', () => {
  const scattered = binary('add', binary('sub', x, constant(1)), binary('add', binary('mul', x, x), x));
  assert.equal(show(collect(scattered)), 'x * x + 2 * x - 1');
  assert.equal(
    show(collect(binary('mul', unary('square', binary('add', x, constant(1))), constant(1)))),
    'x * x + 2 * x + 1',
  );
});

test('coefficients come out of roots', () => {
  const law = binary('mul', unary('sqrt', binary('mul', constant(16), x)), binary('mul', x, constant(2)));
  assert.equal(show(collect(law)), '8 * x * sqrt(x)');
});

test('products that would explode stay as they are', () => {
  const wide = Array.from(
    { length: 8 },
    (_, index) => unary('sin', binary('mul', constant(index + 2), x)) as Tree,
  );
  const sum = wide.reduce((left, right) => binary('add', left, right));
  const product = unary('cube', sum);
  assert.equal(collect(product), product);
});

test('coefficients that overflow stay as they are', () => {
  const huge = binary('mul', binary('mul', constant(1e200), x), binary('mul', constant(1e200), x));
  assert.equal(collect(huge), huge);
});

test('the readable form agrees with the genome on the data, or is not used', () => {
  const tree = binary('add', binary('mul', a, constant(2)), binary('mul', a, constant(3)));
  assert.equal(show(readable(tree, [[1], [4]])), '5 * sqrt(x)');
  // (x + 1e300) - 1e300 is 0 in doubles and x on paper.
  const absorbed = binary('sub', binary('add', x, constant(1e300)), constant(1e300));
  assert.equal(interpret(readable(absorbed, [[1], [4]]), [1]), 0);
});

function wholeConstants(tree: Tree): Tree {
  if (tree.kind === 'constant') return constant(Math.round(tree.value) % 8);
  if (tree.kind === 'unary') return unary(tree.name, wholeConstants(tree.child));
  if (tree.kind === 'binary') return binary(tree.name, wholeConstants(tree.left), wholeConstants(tree.right));
  return tree;
}
