import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import { PetriError } from '@petri/core';
import fc from 'fast-check';
import { fromValue, MAX_VALUE_DEPTH, toValue } from './values.ts';

const overWire = (json: unknown) =>
  fromValue(fromBinary(ValueSchema, toBinary(ValueSchema, toValue(json, ''))));

const nested = (levels: number) => {
  let json: unknown = 1;
  for (let level = 0; level < levels; level++) json = level % 2 === 0 ? { in: json } : [json];
  return json;
};

suite('values', () => {
  test('any JSON comes back from the wire as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 6 }), (json) => {
        assert.deepEqual(overWire(json), json);
      }),
    );
  });

  test('numbers keep every bit, the sign of zero among them', () => {
    for (const number of [0, -0, 5e-324, 2 ** 53, -1.5, Number.MAX_VALUE]) {
      assert.ok(Object.is(overWire(number), number), String(number));
    }
  });

  test('a member named __proto__ is data', () => {
    const json = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as object;
    const back = overWire(json) as object;
    assert.deepEqual(Object.keys(back), ['__proto__', 'constructor']);
    assert.equal(JSON.stringify(back), JSON.stringify(json));
    assert.equal(Object.getPrototypeOf(back), Object.prototype);
  });

  test('undefined is left out of objects and null elsewhere', () => {
    assert.deepEqual(overWire({ a: undefined, b: [undefined] }), { b: [null] });
    assert.equal(overWire(undefined), null);
  });

  test('objects without a prototype and of other realms are objects', () => {
    assert.deepEqual(overWire(Object.assign(Object.create(null) as object, { a: 1 })), { a: 1 });
  });

  test('what is not JSON is refused with its place', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const [json, field] of [
      [{ points: [1, { x: NaN }] }, 'state.points[1].x'],
      [{ 'a b': Infinity }, 'state["a b"]'],
      [[10n], 'state[0]'],
      [() => 1, 'state'],
      [{ at: new Date(0) }, 'state.at'],
      [new Map(), 'state'],
      [cyclic, `state${'.self'.repeat(MAX_VALUE_DEPTH)}`],
    ] as const) {
      assert.throws(
        () => toValue(json, 'state'),
        (error: PetriError) => {
          assert.equal(error.code, 'invalid_argument');
          assert.deepEqual(
            error.violations.map((violation) => violation.field),
            [field],
          );
          return true;
        },
      );
    }
  });

  test('the deepest value allowed can be parsed, one level more is refused', () => {
    assert.deepEqual(overWire(nested(MAX_VALUE_DEPTH)), nested(MAX_VALUE_DEPTH));
    assert.throws(() => toValue(nested(MAX_VALUE_DEPTH + 1), ''), { code: 'invalid_argument' });
  });

  test('no value is null', () => {
    assert.equal(fromValue(undefined), null);
    assert.equal(fromValue(create(ValueSchema)), null);
  });
});
