import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FULL, treeOf } from '../../test/trees.ts';
import { load } from '../../test/trusted-evaluator.ts';
import { interpret } from './interpret.ts';
import { printExpression, printModule } from './print.ts';
import { binary, constant, unary, variable } from './tree.ts';

const x = variable(0);
const y = variable(1);
const print = (tree: Parameters<typeof printExpression>[0], digits?: number): string =>
  printExpression(tree, ['x', 'y'], digits === undefined ? {} : { digits });

test('a printed genome computes what its tree does, bit for bit', () => {
  const value = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 0, max: 6 }),
      fc.array(fc.tuple(value, value)),
      (seed, depth, rows) => {
        const tree = treeOf(seed, depth);
        const { predict, predictAll } = load(printModule(tree, FULL.variables));
        const expected = rows.map((row) => interpret(tree, row));
        assert.deepEqual(predictAll(rows), expected);
        assert.deepEqual(
          rows.map((row) => predict(...row)),
          expected,
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('expressions carry no more parentheses than they need', () => {
  const sum = binary('add', binary('mul', x, x), binary('mul', constant(2), x));
  assert.equal(print(binary('sub', sum, constant(1))), 'x * x + 2 * x - 1');
  assert.equal(print(unary('square', x)), 'x * x');
  assert.equal(print(unary('square', binary('add', x, y))), 'square(x + y)');
  assert.equal(print(binary('mul', binary('add', x, y), x)), '(x + y) * x');
});

test('parentheses stay where floating point does not associate', () => {
  assert.equal(print(binary('add', x, binary('add', y, x))), 'x + (y + x)');
  assert.equal(print(binary('add', binary('add', x, y), x)), 'x + y + x');
  assert.equal(print(binary('mul', x, unary('square', y))), 'x * (y * y)');
});

test('negative constants read as subtractions and never run into another sign', () => {
  assert.equal(print(binary('add', x, constant(-2))), 'x - 2');
  assert.equal(print(binary('sub', x, constant(-2))), 'x + 2');
  assert.equal(print(unary('neg', constant(-2))), '-(-2)');
  assert.equal(print(binary('mul', x, constant(-2))), 'x * (-2)');
});

test('division by a constant other than zero needs no protection', () => {
  assert.equal(print(binary('div', x, constant(4))), 'x / 4');
  assert.equal(print(binary('div', x, constant(0))), 'div(x, 0)');
  assert.equal(print(binary('div', x, y)), 'div(x, y)');
});

test('constants are rounded only for people', () => {
  assert.equal(print(constant(365.256363), 6), '365.256');
  assert.equal(print(constant(365.256363)), '365.256363');
});

test('a module defines the helpers it uses and no others', () => {
  assert.equal(
    printModule(binary('div', unary('sqrt', x), y), ['x', 'y']),
    [
      'const div = (a, b) => (b === 0 ? 1 : a / b);',
      'const sqrt = (a) => Math.sqrt(Math.abs(a));',
      '',
      'export function predict(x, y) {',
      '  return div(sqrt(x), y);',
      '}',
      '',
      'export function predictAll(rows) {',
      '  return rows.map((row) => predict(...row));',
      '}',
      '',
    ].join('\n'),
  );
  assert.match(printModule(x, ['x', 'y']), /^export function predict/);
});
