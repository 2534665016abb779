import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { load } from '../../test/trusted-evaluator.ts';
import { RESERVED_NAMES, printModule } from '../gp/print.ts';
import { binary, variable } from '../gp/tree.ts';
import { identifiers } from './identifier.ts';

const of = (...names: string[]): string[] => identifiers(names, RESERVED_NAMES);

test('names stay legible', () => {
  assert.deepEqual(of('Fuel (l/100 km)', 'Größe', '2nd gear', 'x'), [
    'Fuel_l_100_km',
    'Gro_e',
    'x_2nd_gear',
    'x',
  ]);
});

test('keywords, helpers and twins are told apart', () => {
  assert.deepEqual(of('class', 'sqrt', 'a b', 'a-b', 'rows'), [
    'class_2',
    'sqrt_2',
    'a_b',
    'a_b_2',
    'rows_2',
  ]);
  assert.deepEqual(of('°', '%', ''), ['x', 'x_2', 'x_3']);
});

test('no header whatever can put code into a genome', () => {
  const header = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...RESERVED_NAMES, 'await', 'eval', '){}//', '__proto__'),
  );
  fc.assert(
    fc.property(fc.array(header, { minLength: 2, maxLength: 6 }), (names) => {
      const safe = identifiers(names, RESERVED_NAMES);
      assert.equal(new Set(safe).size, names.length);
      assert.ok(safe.every((name) => /^[A-Za-z][A-Za-z0-9_]*$/.test(name)));
      const { predict } = load(printModule(binary('div', variable(0), variable(1)), safe));
      assert.equal(predict(...names.map((_, index) => 6 / (index + 1))), 2);
    }),
  );
});
