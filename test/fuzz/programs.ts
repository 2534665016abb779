/** Programs: random ones that mostly parse, seeds of the corpus that are mutated, truncated or spliced, and noise. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { mutate, mutations } from './mutation.ts';

const CORPUS = new URL('corpus/', import.meta.url);

/** How a program gets at the node. */
export const WAYS = [
  'run',
  'reload',
  'expression',
  'handler',
  'REALM',
  'ISOLATE',
  'fitness',
  'twice',
] as const;

export type Program = { way: (typeof WAYS)[number]; typescript: boolean; argument: unknown; source: string };

const seeds: readonly { typescript: boolean; source: string }[] = readdirSync(CORPUS)
  .toSorted()
  .map((file) => ({
    typescript: file.endsWith('.ts'),
    source: readFileSync(new URL(file, CORPUS), 'utf8'),
  }));

/** What is worth inserting anywhere. */
const PIECES = [
  ['(', ')', '{', '}', '[', ']', '`', '${', '...', '=>', '?.', ';', ',', '"', "'", '/*', '//', '\n', '\0'],
  ['await ', 'yield ', 'async ', 'return ', 'throw ', 'new ', 'delete ', 'super', 'import(', 'import.meta'],
  ['__proto__', 'constructor', 'prototype', 'then', 'toJSON', 'Symbol.iterator', 'globalThis', 'arguments'],
  ['2 ** 53', '-0', 'NaN', '1e400', '10n ** 1000n', '"\\ud800"', '\u2028', '('.repeat(300), '[]'.repeat(300)],
  [': any', '<T>', 'as const', 'enum E {}', 'declare ', '!', '@f ', 'satisfies T', 'type T = '],
].flat();

const mutated = fc
  .tuple(fc.constantFrom(...seeds), mutations(PIECES, 6))
  .map(([{ typescript, source }, changes]) => ({ typescript, source: mutate(source, changes) }));

const spliced = fc
  .tuple(fc.constantFrom(...seeds), fc.constantFrom(...seeds), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([left, right, at]) => ({
    typescript: left.typescript || right.typescript,
    source:
      left.source.slice(0, Math.floor(at * left.source.length)) +
      right.source.slice(Math.floor(at * right.source.length)),
  }));

const names = [
  'x',
  'y',
  'state',
  'f',
  'Object',
  'Array',
  'JSON',
  'Promise',
  'Reflect',
  'Symbol',
  'Error',
  'Proxy',
];
const keys = [
  'a',
  'length',
  '__proto__',
  'constructor',
  'prototype',
  'then',
  'toJSON',
  'stack',
  'valueOf',
  'name',
];
const atoms = [
  '0',
  '1',
  '-1',
  '1.5',
  '""',
  '"text"',
  'null',
  'undefined',
  '[]',
  '({})',
  '10n',
  '/a*/',
  'this',
  'NaN',
];

/** Code by a grammar: what is made of it runs. */
const { body } = fc.letrec<{ expression: string; statement: string; body: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...atoms, ...names),
    fc.tuple(tie('expression'), fc.constantFrom(...keys)).map(([of, key]) => `(${of})?.${key}`),
    fc.tuple(tie('expression'), tie('expression')).map(([of, key]) => `(${of})[${key}]`),
    fc.tuple(tie('expression'), tie('expression')).map(([of, given]) => `(${of})?.(${given})`),
    fc.tuple(fc.constantFrom(...names), tie('expression')).map(([of, given]) => `new ${of}(${given})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '*', '**', '%', '===', '??', '&&', 'in', 'instanceof', ','),
        tie('expression'),
      )
      .map(([left, operator, right]) => `((${left}) ${operator} (${right}))`),
    fc.tuple(fc.constantFrom(...keys), tie('expression')).map(([key, value]) => `({ ${key}: ${value} })`),
    fc
      .tuple(fc.constantFrom(...keys), tie('statement'))
      .map(([key, code]) => `({ get ${key}() { ${code} } })`),
    fc.tuple(tie('expression'), tie('expression')).map(([one, two]) => `[${one}, ...[${two}]]`),
    tie('expression').map((value) => `((y) => ${value})`),
    tie('statement').map((code) => `(function () { ${code} })`),
    tie('statement').map((code) => `(async () => { ${code} })()`),
    fc
      .tuple(tie('expression'), tie('expression'))
      .map(([of, given]) => `new Proxy(Object(${of}), Object(${given}))`),
    tie('expression').map((value) => '`${' + value + '}`'),
  ),
  statement: fc.oneof(
    { maxDepth: 4, depthSize: 'medium', withCrossShrink: true },
    tie('expression').map((value) => `return ${value};`),
    tie('expression').map((value) => `throw ${value};`),
    tie('expression').map((value) => `y = ${value};`),
    fc
      .tuple(tie('expression'), fc.constantFrom(...keys), tie('expression'))
      .map(([of, key, value]) => `Object(${of}).${key} = ${value};`),
    fc
      .tuple(fc.constantFrom(...names), fc.constantFrom(...keys), tie('expression'))
      .map(([of, key, value]) => `${of}.prototype.${key} = ${value};`),
    fc.tuple(tie('expression'), tie('statement')).map(([test, code]) => `if (${test}) { ${code} }`),
    fc.tuple(tie('statement'), tie('statement')).map(([one, two]) => `try { ${one} } catch (y) { ${two} }`),
    tie('statement').map((code) => `for (let i = 0; i < 3; i++) { ${code} }`),
    fc
      .tuple(tie('expression'), tie('statement'))
      .map(([of, code]) => `for (const each of Object(${of})) { ${code} }`),
    tie('expression').map((value) => `console.log(${value});`),
    tie('expression').map((value) => `setTimeout(() => ${value}, 1);`),
    tie('expression').map((value) => `state.y = ${value};`),
  ),
  body: fc.array(tie('statement'), { maxLength: 5 }).map((statements) => statements.join('\n')),
}));

const written = fc.tuple(body, body).map(([top, inside]) => ({
  typescript: false,
  source: `import { state } from 'petri:sandbox';\nlet y;\n(() => { ${top} })();\nexport const f = (x) => { ${inside} };\nexport default f;`,
}));

const noise = fc
  .tuple(fc.boolean(), fc.string({ unit: 'binary', maxLength: 200 }))
  .map(([typescript, source]) => ({ typescript, source }));

const code = fc.oneof(
  { arbitrary: mutated, weight: 4 },
  { arbitrary: written, weight: 4 },
  { arbitrary: spliced, weight: 2 },
  { arbitrary: noise, weight: 1 },
);

export const programs: fc.Arbitrary<Program> = fc
  .record({ way: fc.constantFrom(...WAYS), argument: fc.jsonValue({ maxDepth: 3 }), code })
  .map(({ way, argument, code: { typescript, source } }) => ({ way, typescript, argument, source }));

/** Seeds as they are, so that what is mutated is known to do something. */
export const unchanged: readonly Program[] = seeds.flatMap(({ typescript, source }) =>
  (['run', 'REALM'] as const).map((way) => ({ way, typescript, argument: 7, source })),
);
