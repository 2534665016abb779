/** Requests of every RPC, made from its descriptor: random messages, mutated and truncated bytes. */
import type {
  DescEnum,
  DescField,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from '@bufbuild/protobuf';
import { create, ScalarType, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import * as v1 from '@petri/contracts/v1';
import { IMPORTING, SPINNING, WIDE } from '../support/wasm.ts';
import { mutate, type Mutation, mutations } from './mutation.ts';

/** A message as an initialiser, which is what a counterexample shows; and what is done to its bytes. */
export type Request = { rpc: string; message: Record<string, unknown>; changes: Mutation[] };

const DEPTH = 5;
const MAX_ITEMS = 2;
/** Ids that sandboxes of the fuzzer have; the innocent's is never among them. */
export const IDS: readonly string[] = ['fuzz-0', 'fuzz-1', 'fuzz-2'];
const CODES = [
  'export const f = (x) => x;',
  "import { state } from 'petri:sandbox'; export const f = (x) => (state.n = (state.n ?? 0) + 1);",
  'export const f = () => { for (;;); };',
  'export const f = () => { throw { toString() { throw 1; } }; }; export const migrate = () => f();',
  'f(1)',
  '(state) => ({ ...state, migrated: true })',
  'export default async (candidate) => candidate.call("f", 1);',
];
const NAMES = [
  'f',
  'default',
  'main',
  'start',
  'migrate',
  '__proto__',
  'constructor',
  'petri:sandbox',
  'toString',
];

const services = Object.values(v1).filter(
  (each): each is typeof each & DescService => 'kind' in each && each.kind === 'service',
);

/** Every RPC but those that end the node's service on purpose. */
export const methods: ReadonlyMap<string, DescMethod> = new Map(
  services
    .flatMap((service: DescService) => service.methods)
    .filter((method) => !/drain|shutdown/i.test(method.name))
    .map((method) => [`${method.parent.name}.${method.name}`, method]),
);

/** Tame messages are mostly valid, and get far; wild ones have anything that the descriptor allows. */
type Style = 'tame' | 'wild';

const styled = (style: Style): fc.Arbitrary<Request> =>
  fc.oneof(
    ...[...methods].map(([rpc, { input }]) =>
      fc.record({ rpc: fc.constant(rpc), message: messages(input, DEPTH, style), changes: changesOf() }),
    ),
  );

export const requests: fc.Arbitrary<Request> = fc.oneof(
  { arbitrary: styled('tame'), weight: 3 },
  { arbitrary: styled('wild'), weight: 1 },
);

export function bytesOf({ rpc, message, changes }: Request): Buffer {
  const { input } = methodOf(rpc);
  const bytes = Buffer.from(toBinary(input, create(input, message)));
  return changes.length === 0 ? bytes : Buffer.from(mutate(bytes.toString('latin1'), changes), 'latin1');
}

export function methodOf(rpc: string): DescMethod {
  const method = methods.get(rpc);
  if (method === undefined) throw new Error(`no such RPC: ${rpc}`);
  return method;
}

/** Most are sent as they are. */
function changesOf(): fc.Arbitrary<Mutation[]> {
  const pieces = [
    '\x00',
    '\xff',
    '\xff\xff\xff\xff\x0f',
    '\x0a\x80\x80\x80\x80\x08',
    '\x0a\x0a\x0a',
    '\x0b',
    '\xed\xa0\x80',
  ];
  return fc.oneof(
    { arbitrary: fc.constant<Mutation[]>([]), weight: 3 },
    { arbitrary: mutations(pieces, 4), weight: 1 },
  );
}

function messages(desc: DescMessage, depth: number, style: Style): fc.Arbitrary<Record<string, unknown>> {
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  for (const member of desc.members) {
    const values = valuesOf(member, depth, style);
    if (values === undefined) continue;
    // A choice that has to be made is made; the rest is left out now and then, wildly half of the time.
    const freq = member.kind === 'oneof' ? 20 : style === 'tame' ? 8 : 1;
    model[member.localName] = fc.option(values, { nil: undefined, freq, depthSize: 'max' });
  }
  return fc.record(model);
}

/** Undefined where the message may not get any deeper. */
function valuesOf(
  member: DescField | DescOneof,
  depth: number,
  style: Style,
): fc.Arbitrary<unknown> | undefined {
  if (member.kind === 'oneof') {
    const choices = member.fields.flatMap((field) => {
      const value = valuesOf(field, depth, style);
      return value === undefined ? [] : [fc.record({ case: fc.constant(field.localName), value })];
    });
    return choices.length === 0 ? undefined : fc.oneof(...choices);
  }
  switch (member.fieldKind) {
    case 'scalar':
      return scalars(member.scalar, member.name, style);
    case 'enum':
      return numbersOf(member.enum, style);
    case 'message':
      return depth === 0 ? undefined : messages(member.message, depth - 1, style);
    case 'list': {
      const items = elements(member.listKind, member, depth, style);
      return items && fc.array(items, { minLength: style === 'tame' ? 1 : 0, maxLength: MAX_ITEMS });
    }
    case 'map': {
      const values = elements(member.mapKind, member, depth, style);
      return values && fc.dictionary(texts(member.name, style), values, { maxKeys: MAX_ITEMS });
    }
  }
}

function elements(
  kind: 'scalar' | 'enum' | 'message',
  field: DescField & { fieldKind: 'list' | 'map' },
  depth: number,
  style: Style,
): fc.Arbitrary<unknown> | undefined {
  if (kind === 'scalar') return scalars(field.scalar ?? ScalarType.STRING, field.name, style);
  if (kind === 'enum') return field.enum && numbersOf(field.enum, style);
  return depth === 0 || field.message === undefined ? undefined : messages(field.message, depth - 1, style);
}

function numbersOf({ values }: DescEnum, style: Style): fc.Arbitrary<number> {
  const known = values.map(({ number }) => number);
  return style === 'tame' ? fc.constantFrom(...known) : fc.constantFrom(...known, -1, 99, 2 ** 31 - 1);
}

function scalars(type: ScalarType, name: string, style: Style): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return texts(name, style);
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.BYTES:
      return fc.oneof(fc.constantFrom(WIDE, SPINNING, IMPORTING), fc.uint8Array({ maxLength: 64 }));
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return style === 'tame'
        ? fc.constantFrom(0.5, 1, 2)
        : fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1e308), fc.double());
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return style === 'tame'
        ? tameNumbers(name)
        : fc.oneof(fc.constantFrom(0, 1, 10, 1_000, 2 ** 20, 2 ** 32 - 1), fc.nat());
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return style === 'tame' ? fc.constantFrom(0n, 1n, 5n) : fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return style === 'tame'
        ? fc.constantFrom(0n, 1n, 1_700_000_000n)
        : fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    default:
      return style === 'tame'
        ? fc.constantFrom(0, 1, 999)
        : fc.oneof(fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31)), fc.integer());
  }
}

/** Numbers that are in range, by the unit that the field's name ends with. */
function tameNumbers(name: string): fc.Arbitrary<number> {
  if (name.endsWith('_ms')) return fc.constantFrom(20, 60);
  if (name === 'log_bytes') return fc.constant(1_000);
  if (name.endsWith('_bytes')) return fc.constantFrom(2 ** 20, 2 ** 24);
  return name === 'schema_version' ? fc.constant(1) : fc.constantFrom(1, 2, 5);
}

function texts(name: string, style: Style): fc.Arbitrary<string> {
  const usual = fc.constantFrom(...usualTexts(name));
  if (style === 'tame') return usual;
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('', '\0', 'x'.repeat(70_000), '__proto__', '../..', '\u202e'),
  );
  return fc.oneof(usual, anything);
}

function usualTexts(name: string): readonly string[] {
  if (name === 'request_id') return ['', '', '', 'again'];
  if (/^(?:id|ids|parents?|members?)$|_ids?$/.test(name)) return IDS;
  if (/^(?:javascript|typescript|expression|state_handler)$/.test(name)) return CODES;
  if (/^(?:module|name|entry|remove)$/.test(name)) return ['', 'main', 'main', 'other'];
  if (/_token$|^sha256$/.test(name)) return [''];

  return NAMES;
}
