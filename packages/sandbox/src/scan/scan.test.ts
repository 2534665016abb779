import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { PlannedModule } from '../protocol.ts';
import type { SecurityProfile } from '../api/sandbox.ts';
import { MAX_FINDINGS, type ScanReport } from './finding.ts';
import { RULES, UNSCANNED } from './rules.ts';
import { scan } from './scan.ts';

function scanned(
  text: string,
  profile: SecurityProfile = 'HIGH',
  language: PlannedModule['language'] = 'javascript',
) {
  return scan([{ name: 'main', language, text }], { profile, advice: true });
}

const rulesOf = ({ findings }: ScanReport) => findings.map(({ rule }) => rule);

/** What each rule must find. */
const GUILTY: Record<string, string[]> = {
  'constructor-escape': [
    `f.constructor.constructor('return 1')()`,
    `''['constructor']["constructor"]`,
    `a?.constructor?.constructor`,
    'a[`constructor`].constructor',
    `const { constructor: { constructor: F } } = {};`,
    `const { constructor: F } = a.constructor;`,
    `let F; ({ constructor: { constructor: F } } = {});`,
    `a.constructo\\u0072.constructor`,
    `a['constructo\\x72'].constructor`,
    `a['con\\structor'].constructor`,
    `a['con\\\nstructor'].constructor`,
  ],
  'sandbox-internals': [
    `globalThis.__petri_lent__`,
    `globalThis['__petri_lent__']`,
    `__petri_lent__.attach()`,
  ],
  eval: [
    `eval('1')`,
    `(0, eval)('1')`,
    `const e = eval;`,
    `globalThis.eval('1')`,
    `globalThis['eval']('1')`,
    `globalThis.globalThis.eval('1')`,
    `const { eval: e } = globalThis;`,
    `ev\\u0061l('1')`,
    `globalThis['ev\\u0061l']`,
    `globalThis['ev\\al']`,
    `const f = (x = eval) => x;`,
    `class A { static { eval('1'); } }`,
    'export default `${eval}`;',
  ],
  'function-constructor': [
    `new Function('return 1')`,
    `Function('return 1')`,
    `const F = Function;`,
    `Function.call(null, 'return 1')`,
    `globalThis.Function`,
    `class F extends Function {}`,
  ],
  'dynamic-import': [`import('x')`, `import/**/('x')`, `async () => await import(x)`],
  'prototype-pollution': [
    `a.__proto__ = b`,
    `a.__proto__.b = 1`,
    `a['__proto__'].b = 1`,
    `a.constructor.prototype.b = 1`,
    `Object.getPrototypeOf(a).b = 1`,
    `Object.assign(a.__proto__, {})`,
    `delete a.__proto__.b`,
  ],
  'built-in-patching': [
    `Array.prototype.push = 1`,
    `Object.prototype.x ??= 1`,
    `Math.random = () => 0`,
    `delete Map.prototype.get`,
    `Object.defineProperty(Array.prototype, 0, {})`,
    `Reflect.set(JSON, 'parse', 1)`,
    `Object.setPrototypeOf(Array.prototype, null)`,
    `Array = 1`,
    `globalThis.Array.prototype.x = 1`,
  ],
  'global-object': [
    `globalThis.x = 1`,
    `globalThis[x] = 1`,
    `delete globalThis.x`,
    `globalThis['a' + 'b']`,
    `Object.assign(globalThis, {})`,
  ],
  'stack-hooks': [`Error.prepareStackTrace = 1`, `Error['prepareStackTrace'] = 1`],
  'host-names': [
    `process.exit()`,
    `require('fs')`,
    `Deno.args`,
    `await fetch('x')`,
    `globalThis.process`,
    `const { process } = globalThis;`,
    `{ const process = 1; } process;`,
    `export const f = () => { { var q; } { let process; } return process; }`,
    `({ process })`,
    `export const f = (process, b = () => require) => b;`,
  ],
  'shared-memory': [`new SharedArrayBuffer(1)`, `Atomics.wait()`, `new WeakRef(a)`],
  'endless-loop': [
    `for (;;);`,
    `while (true) { f(); }`,
    `while (1) { () => { return 1; }; }`,
    `do {} while (!0)`,
    `for (let i = 0; ; i++) { for (;;) { break; } }`,
    `while (true) { switch (a) { case 1: break; } }`,
    `a: for (;;) { for (const x of y) { break; } }`,
  ],
  webassembly: [`new WebAssembly.Module(x)`, `globalThis.WebAssembly`],
  debugger: [`debugger;`],
  reflection: [`new Proxy({}, {})`, `Reflect.ownKeys(a)`],
};

/** What no rule may find, in any profile. */
const INNOCENT = [
  `photos.list(); photos.eval(); a.process.exit(); a.require; b.Function; c.fetch();`,
  `const text = "process.exit() eval('1') new Function while(true)";`,
  `// eval('1'); for (;;); process.exit()`,
  `const process = { exit() {} }; process.exit();`,
  `export const f = (process) => process.env;`,
  `export function f(eval_, require) { return require(eval_); }`,
  `function g() { if (a) { var process = 1; } return process; }`,
  `import { fetch, process as p } from 'other'; fetch(p);`,
  `import * as process from 'other'; process.exit();`,
  `try {} catch (process) { process.x; }`,
  `for (const process of a) process.x;`,
  `class process {} new process();`,
  `const { process, a: { document }, ...window } = x; process(document, window);`,
  `export const o = { eval: 1, process: 2, require() {}, get Function() { return 1; } };`,
  `class A { eval() {} process = 1; static Function = 2; constructor() { this.constructor.name; } #eval = 1; }`,
  `typeof process !== 'undefined'; typeof globalThis.process; typeof globalThis?.Deno; typeof eval;`,
  `a instanceof Function; Function.prototype.toString.call(a);`,
  `process: for (;;) { break process; }`,
  `const o = { __proto__: null }; o.x = 1; Object.assign({}, o); Object.defineProperty(o, 'x', {});`,
  `function Foo() {} Foo.prototype.bar = () => 1; Object.setPrototypeOf(Foo.prototype, null);`,
  `const Array = class {}; Array.prototype.x = 1;`,
  `new this.constructor(); a.constructor.name; a.constructor === b.constructor;`,
  `while (true) { if (a) break; }`,
  `export async function f() { while (true) await g(); }`,
  `export function* f() { for (;;) yield 1; }`,
  `export function f() { for (;;) { if (a) return 1; } }`,
  `export async function f() { for (;;) { for await (const x of y); } }`,
  `a: for (;;) { for (;;) break a; }`,
  `for (;;) { if (a) throw b; }`,
  `while (a) {} for (; a; ); do {} while (a); while (false) {}`,
  `export { process } from 'other'; export * as eval from 'other'; import.meta.url;`,
  `export const text = '\\u0041\\x41\\n';`,
];

const TYPESCRIPT_GUILTY: [string, string][] = [
  ['host-names', `declare const process: any; process.exit();`],
  ['host-names', `import type { process } from 'x'; process!.exit();`],
  ['host-names', `import { type process } from 'x'; (process as any).exit();`],
  ['eval', `enum E { A = eval('1') as number }`],
  ['eval', `namespace N { export const q = (<any>eval)('1'); }`],
  ['function-constructor', `const F = Function satisfies unknown;`],
  ['constructor-escape', `(a!.constructor as any).constructor`],
  ['endless-loop', `for (;;) { type T = 1; }`],
  ['host-names', `abstract class A { constructor(private x = process) {} }`],
];

const TYPESCRIPT_INNOCENT = [
  `function f(g: Function, p: typeof process): asserts g is Function { return; }`,
  `type T = { process: Deno.Foo; eval: typeof eval }; interface process { x: Function } let x: process;`,
  `declare function require(x: string): any; declare module 'x' { export const p: typeof process; }`,
  `enum E { process = 1, b = process }`,
  `namespace N { const process = 1; export const q = process; }`,
  `class A { constructor(private process: Function) { process; } declare Function: Function; }`,
  `const a = b as unknown as Function; const c = <Function>b; f<Function>(1);`,
];

suite('each rule of the scan', () => {
  test('has examples here', () => {
    assert.deepEqual(Object.keys(GUILTY).toSorted(), RULES.map(({ id }) => id).toSorted());
  });

  for (const [rule, sources] of Object.entries(GUILTY))
    test(`${rule} finds what it is for`, () => {
      for (const source of sources) assert.ok(rulesOf(scanned(source)).includes(rule), source);
    });

  test('sees through TypeScript', () => {
    for (const [rule, source] of TYPESCRIPT_GUILTY)
      assert.deepEqual(rulesOf(scanned(source, 'HIGH', 'typescript')), [rule], source);
  });

  test('leaves innocent code alone', () => {
    for (const source of INNOCENT) assert.deepEqual(scanned(source).findings, [], source);
    for (const source of TYPESCRIPT_INNOCENT)
      assert.deepEqual(scanned(source, 'HIGH', 'typescript').findings, [], source);
  });
});

suite('a finding', () => {
  test('says where it is, in lines and columns from 1, whatever ends lines', () => {
    const { findings } = scanned(`const 𝒶 = 1;\r\n\n  eval('1');\u2028 '𝒶', process.exit();`);
    assert.deepEqual(
      findings.map(({ rule, line, column, module }) => [rule, line, column, module]),
      [
        ['eval', 3, 3, 'main'],
        ['host-names', 4, 8, 'main'],
      ],
    );
  });

  test('of each module is in the report, in their order', () => {
    const modules = ['a', 'b'].map((name) => ({
      name,
      language: 'javascript' as const,
      text: `eval('${name}')`,
    }));
    const { findings, refused } = scan(modules, { profile: 'HIGH', advice: true });
    assert.deepEqual([findings.map(({ module }) => module), refused], [['a', 'b'], true]);
  });

  test('that code is refused for is never lost among others', () => {
    const advice = 'new Proxy({}, {});'.repeat(MAX_FINDINGS + 20);
    const report = scanned(`${advice} debugger;`);
    assert.deepEqual([report.findings.length, report.dropped, report.refused], [MAX_FINDINGS, 21, true]);
    assert.equal(report.findings.at(-1)?.rule, 'debugger');
  });
});

suite('a profile', () => {
  test('refuses more the higher it is, and only says so where it does not', () => {
    const all = Object.values(GUILTY).flat();
    for (const source of all) {
      const [high, medium, low] = (['HIGH', 'MEDIUM', 'LOW'] as const).map((profile) =>
        scanned(source, profile),
      );
      assert.equal(low!.refused, false, source);
      for (const [stricter, laxer] of [
        [high!, medium!],
        [medium!, low!],
      ] as const) {
        assert.ok(stricter.findings.length >= laxer.findings.length, source);
        assert.ok(stricter.refused || !laxer.refused, source);
      }
    }
    assert.equal(scanned(`a.constructor.constructor('')`, 'MEDIUM').refused, true);
    assert.equal(scanned(`eval('1')`, 'MEDIUM').refused, false);
  });

  test('without advice answers what is refused, and no more', () => {
    const text = `debugger; a.constructor.constructor('')`;
    const order = { profile: 'MEDIUM', advice: false } as const;
    const report = scan([{ name: 'main', language: 'javascript', text }], order);
    assert.deepEqual(rulesOf(report), ['constructor-escape']);
  });
});

suite('source that cannot be scanned', () => {
  const large = `eval('1');${' '.repeat(512 * 1024)}`;

  test('for its size is refused by HIGH alone', () => {
    assert.deepEqual([rulesOf(scanned(large)), scanned(large).refused], [[UNSCANNED.id], true]);
    assert.deepEqual(
      [rulesOf(scanned(large, 'LOW')), scanned(large, 'LOW').refused],
      [[UNSCANNED.id], false],
    );
  });

  test('is let through if nothing in its text could match, and at the limit it is scanned', () => {
    assert.deepEqual(scanned(' '.repeat(512 * 1024 + 1)).findings, []);
    assert.deepEqual(rulesOf(scanned(large.slice(0, 512 * 1024))), ['eval']);
  });

  test('for its grammar is refused by HIGH alone', () => {
    assert.equal(scanned(`eval('1') ]`).findings[0]?.rule, UNSCANNED.id);
    assert.equal(scanned(`eval('1') ]`, 'MEDIUM').refused, false);
  });
});

test('the text before the tree hides nothing: any spelling of a name is found', () => {
  const spelled = fc
    .array(fc.constantFrom('plain', 'u', 'brace', 'x', 'slash', 'line'), { minLength: 4, maxLength: 4 })
    .map((ways) =>
      Array.from('eval')
        .map((letter, index) => {
          const hex = letter.charCodeAt(0).toString(16);
          // Some letters mean something else behind a backslash.
          const slash = letter === 'e' || letter === 'a' || letter === 'l' ? `\\${letter}` : letter;
          const spellings = {
            plain: letter,
            u: `\\u00${hex}`,
            brace: `\\u{${hex}}`,
            x: `\\x${hex}`,
            slash,
            line: `\\\n${letter}`,
          };
          return spellings[ways[index] as keyof typeof spellings];
        })
        .join(''),
    );
  fc.assert(
    fc.property(spelled, (name) => {
      assert.deepEqual(rulesOf(scanned(`globalThis['${name}']('1')`)), ['eval'], name);
    }),
    { numRuns: 50 },
  );
});

test('SECURITY.md has the table of rules as it is', () => {
  const rows = [...RULES, UNSCANNED].map(
    ({ id, severity, summary, actions }) =>
      `| \`${id}\` | ${severity} | ${summary} | ${actions.HIGH} | ${actions.MEDIUM} | ${actions.LOW} |`,
  );
  const squeezed = readFileSync(new URL('../../../../SECURITY.md', import.meta.url), 'utf8').replaceAll(
    / +\|/g,
    ' |',
  );
  for (const row of rows) assert.ok(squeezed.includes(row), `SECURITY.md lacks:\n${rows.join('\n')}`);
});
