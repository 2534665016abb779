import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FULL, treeOf } from '../../test/trees.ts';
import { interpret } from './interpret.ts';
import { parseModule } from './parse.ts';
import { printModule } from './print.ts';

test('a printed genome can be read again: it has the same values, bit for bit', () => {
  const row = fc.tuple(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.integer({ min: -9, max: 9 }));
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 6 }), row, (seed, depth, values) => {
      const tree = treeOf(seed, depth);
      const source = printModule(tree, FULL.variables);
      const read = parseModule(source, FULL.variables);
      assert.ok(read, source);
      assert.equal(interpret(read, values), interpret(tree, values));
    }),
    { numRuns: 500, examples: [[1492875539, 3, [0, 0]]] },
  );
});

test('what was not printed from a tree is no genome of ours', () => {
  const moduleOf = (body: string) => `export function predict(x, y) {\n  return ${body};\n}\n`;
  assert.ok(parseModule(moduleOf('x + 1'), ['x', 'y']));
  const others = [
    '',
    'x +',
    '+ x',
    'x y',
    'z',
    'sqrt(x',
    'pow(x)',
    'fetch(x)',
    'constructor(x)',
    'x; y',
    '1e999',
  ];
  for (const body of [...others, '('.repeat(4_000), '('.repeat(5_000)])
    assert.equal(parseModule(moduleOf(body), ['x', 'y']), undefined, body.slice(0, 20));
  assert.equal(parseModule('export const predict = (x) => x;', ['x']), undefined);
});

test('no text of any kind throws', () => {
  const words = fc.constantFrom('x', '1', '-', '+', '*', '/', '(', ')', ',', 'sqrt(', ' ', 'e5', '.', '\n');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
      parseModule(`export function predict(x) {\n  return ${parts.join('')};\n}`, ['x']);
    }),
  );
});
