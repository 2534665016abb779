import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Value, ValueSchema } from '@bufbuild/protobuf/wkt';
import { MAX_VALUE_DEPTH, toValue } from '@petri/contracts';
import { PetriError } from '@petri/core';
import fc from 'fast-check';
import { mapped, Problems } from './mapping/problems.ts';
import { argumentsJsonOf, jsonOf, valueOf } from './values.ts';

const overWire = (value: Value) => fromBinary(ValueSchema, toBinary(ValueSchema, value));
const text = (json: unknown) => mapped((problems) => jsonOf(overWire(toValue(json, '')), problems));
const number = (value: number) => create(ValueSchema, { kind: { case: 'numberValue', value } });

function problemsOf(map: (problems: Problems) => unknown): string[] {
  try {
    mapped(map);
  } catch (thrown) {
    return (thrown as PetriError).violations.map(({ field }) => field);
  }
  return [];
}

suite('values', () => {
  test('the text is the JSON that was sent, and the value of a text is too', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (json) => {
        assert.deepEqual(JSON.parse(text(json)), json);
        assert.equal(
          mapped((problems) => jsonOf(overWire(valueOf(text(json))), problems)),
          text(json),
        );
      }),
    );
  });

  test('numbers keep every bit, the sign of zero among them', () => {
    for (const each of [0, -0, 1e21, 5e-324, 2 ** 53, -1.5, Number.MAX_VALUE])
      assert.ok(Object.is(JSON.parse(text(each)), each), String(each));
  });

  test('a member named __proto__ is data in both directions', () => {
    const json = '{"__proto__":{"polluted":true},"constructor":1}';
    assert.equal(
      mapped((problems) => jsonOf(overWire(valueOf(json)), problems)),
      json,
    );
  });

  test('arguments are a JSON array', () => {
    const args = [1, 'two', [3], { four: null }].map((each) => toValue(each, ''));
    assert.equal(
      mapped((problems) => argumentsJsonOf(args, problems)),
      '[1,"two",[3],{"four":null}]',
    );
    assert.equal(
      mapped((problems) => argumentsJsonOf([], problems)),
      '[]',
    );
  });

  test('every number JSON has not, and every value without a kind, is reported with its place', () => {
    const args = [number(1), toValue({ 'a.b': [1, 2, 3] }, ''), create(ValueSchema)];
    const list = args[1]!.kind.value as { fields: Record<string, Value> };
    (list.fields['a.b']!.kind.value as { values: Value[] }).values.push(number(NaN), number(-Infinity));
    assert.deepEqual(
      problemsOf((problems) => argumentsJsonOf(args, problems)),
      [
        'arguments[1].struct_value.fields["a.b"].list_value.values[3].number_value',
        'arguments[1].struct_value.fields["a.b"].list_value.values[4].number_value',
        'arguments[2]',
      ],
    );
  });

  test('the deepest value that is allowed passes, one level more is a problem', () => {
    let value = number(1);
    for (let level = 0; level < MAX_VALUE_DEPTH; level++)
      value = create(ValueSchema, { kind: { case: 'listValue', value: { values: [value] } } });
    assert.deepEqual(
      problemsOf((problems) => jsonOf(value, problems)),
      [],
    );
    const deeper = create(ValueSchema, { kind: { case: 'listValue', value: { values: [value] } } });
    assert.equal(problemsOf((problems) => jsonOf(deeper, problems)).length, 1);
  });
});
