import { type ListValue, NullValue, type Struct, type Value } from '@bufbuild/protobuf/wkt';
import { invalid } from '@petri/core';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * Levels of arrays and objects a value may nest. A google.protobuf.Value nests three messages a level, and
 * protobuf parsers stop at 100 by default.
 */
export const MAX_VALUE_DEPTH = 30;

/**
 * JSON as a google.protobuf.Value. As with JSON.stringify, undefined is left out of objects and null elsewhere;
 * what JSON cannot say (NaN, dates, class instances, functions, bigints, cycles) is refused.
 *
 * @throws PetriError `invalid_argument`; its field is `field` and the way from there, such as `state.points[3].x`.
 */
export function toValue(json: unknown, field: string): Value {
  try {
    return convert(json, 0);
  } catch (thrown) {
    if (!(thrown instanceof NotJson)) throw thrown;
    throw invalid([{ field: `${field}${thrown.path}`, description: thrown.message }]);
  }
}

/** The JSON that a google.protobuf.Value stands for; null for none. Members named `__proto__` are kept as data. */
export function fromValue(value: Value | undefined): Json {
  const kind = value?.kind;
  switch (kind?.case) {
    case 'numberValue':
    case 'stringValue':
    case 'boolValue':
      return kind.value;
    case 'listValue':
      return kind.value.values.map(fromValue);
    case 'structValue':
      return fromStruct(kind.value);
    default:
      return null;
  }
}

/** Sets an own property whatever its name. */
export function setOwn<T>(target: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function fromStruct({ fields }: Struct): Json {
  const json: Record<string, Json> = {};
  for (const name of Object.keys(fields)) setOwn(json, name, fromValue(fields[name]));
  return json;
}

class NotJson extends Error {
  path = '';
}

function convert(json: unknown, depth: number): Value {
  switch (typeof json) {
    case 'number':
      if (!Number.isFinite(json)) throw new NotJson(`is ${json}, which JSON has no number for`);
      return { $typeName: 'google.protobuf.Value', kind: { case: 'numberValue', value: json } };
    case 'string':
      return {
        $typeName: 'google.protobuf.Value',
        kind: { case: 'stringValue', value: json },
      };
    case 'boolean':
      return { $typeName: 'google.protobuf.Value', kind: { case: 'boolValue', value: json } };
    case 'undefined':
      return nothing();
    case 'object':
      if (json === null) return nothing();
      if (depth === MAX_VALUE_DEPTH) throw new NotJson(`is nested more than ${MAX_VALUE_DEPTH} levels deep`);
      return Array.isArray(json) ? list(json, depth + 1) : struct(json, depth + 1);
    default:
      throw new NotJson(`is a ${typeof json}, which is not JSON`);
  }
}

function nothing(): Value {
  return {
    $typeName: 'google.protobuf.Value',
    kind: { case: 'nullValue', value: NullValue.NULL_VALUE },
  };
}

function list(items: readonly unknown[], depth: number): Value {
  const values: Value[] = [];
  for (let index = 0; index < items.length; index++) {
    try {
      values.push(convert(items[index], depth));
    } catch (thrown) {
      throw under(`[${index}]`, thrown);
    }
  }
  const value: ListValue = { $typeName: 'google.protobuf.ListValue', values };
  return { $typeName: 'google.protobuf.Value', kind: { case: 'listValue', value } };
}

function struct(object: object, depth: number): Value {
  const prototype: unknown = Object.getPrototypeOf(object);
  // Objects of other realms have an Object.prototype of their own, whose prototype is null.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new NotJson(`is a ${object.constructor?.name || 'class instance'}, which is not JSON`);
  const fields: Record<string, Value> = {};
  for (const name of Object.keys(object)) {
    const member = (object as Record<string, unknown>)[name];
    if (member === undefined) continue;
    try {
      setOwn(fields, name, convert(member, depth));
    } catch (thrown) {
      throw under(/^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`, thrown);
    }
  }
  const value: Struct = { $typeName: 'google.protobuf.Struct', fields };
  return { $typeName: 'google.protobuf.Value', kind: { case: 'structValue', value } };
}

function under(step: string, thrown: unknown): unknown {
  if (thrown instanceof NotJson) thrown.path = `${step}${thrown.path}`;
  return thrown;
}
