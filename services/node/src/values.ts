import type { Value } from '@bufbuild/protobuf/wkt';
import { MAX_VALUE_DEPTH, toValue } from '@petri/contracts';
import type { Problems } from './mapping/problems.ts';

/**
 * The JSON text of a google.protobuf.Value, as the runtime takes it. Numbers keep every bit, the sign of zero
 * among them; a member named `__proto__` is data. NaN, the infinities and a Value without a kind are problems.
 */
export function jsonOf(value: Value, problems: Problems, depth = 0): string {
  const { kind } = value;
  switch (kind.case) {
    case 'numberValue':
      return numberText(kind.value, problems);
    case 'stringValue':
      return JSON.stringify(kind.value);
    case 'boolValue':
      return kind.value ? 'true' : 'false';
    case 'nullValue':
      return 'null';
    case 'listValue':
      if (depth === MAX_VALUE_DEPTH) return tooDeep(problems);
      return listText(kind.value.values, 'list_value.values', problems, depth + 1);
    case 'structValue':
      if (depth === MAX_VALUE_DEPTH) return tooDeep(problems);
      return structText(kind.value.fields, problems, depth + 1);
    default:
      problems.add('', 'has no kind; null is null_value');
      return 'null';
  }
}

/** Arguments of a call as the text of a JSON array. Problems are under `arguments`. */
export function argumentsJsonOf(values: readonly Value[], problems: Problems): string {
  return listText(values, 'arguments', problems, 0);
}

/** The google.protobuf.Value of the JSON text of a guest. */
export function valueOf(json: string): Value {
  return toValue(JSON.parse(json), 'value');
}

function numberText(number: number, problems: Problems): string {
  if (Number.isFinite(number)) return Object.is(number, -0) ? '-0' : String(number);
  problems.add('number_value', `is ${number}, which JSON has no number for`);
  return 'null';
}

function tooDeep(problems: Problems): string {
  problems.add('', `is nested more than ${MAX_VALUE_DEPTH} levels deep`);
  return 'null';
}

function listText(values: readonly Value[], place: string, problems: Problems, depth: number): string {
  let text = '[';
  for (let index = 0; index < values.length; index++) {
    const since = problems.count;
    const element = jsonOf(values[index]!, problems, depth);
    if (problems.count > since) problems.under(`${place}[${index}]`, since);
    text += index === 0 ? element : `,${element}`;
  }
  return `${text}]`;
}

function structText(fields: Readonly<Record<string, Value>>, problems: Problems, depth: number): string {
  let text = '{';
  for (const name of Object.keys(fields)) {
    const since = problems.count;
    const quoted = JSON.stringify(name);
    const member = jsonOf(fields[name]!, problems, depth);
    if (problems.count > since) problems.under(`struct_value.fields[${quoted}]`, since);
    text += text === '{' ? `${quoted}:${member}` : `,${quoted}:${member}`;
  }
  return `${text}}`;
}
