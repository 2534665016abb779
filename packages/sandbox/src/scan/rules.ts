import { isEndless } from './endless.ts';
import type { SecurityProfile } from '../api/sandbox.ts';
import type { Action, Severity } from './finding.ts';
import { CHANGES, NAMES, type Site } from './site.ts';
import { bare, field, keyOf, type Node, textOf } from './syntax.ts';

export type Rule = {
  id: string;
  severity: Severity;
  /** What it finds, for the documentation. */
  summary: string;
  actions: Readonly<Record<SecurityProfile, Action>>;
  /** Text without a match (escapes resolved) has nothing that the rule could find. */
  hint: RegExp;
  /** Types of the nodes it looks at. */
  nodes: readonly string[];
  /** What to say of a node, or undefined if there is nothing. */
  look: (site: Site) => string | undefined;
};

const REFUSED_BY_HIGH = { HIGH: 'refuse', MEDIUM: 'report', LOW: 'report' } as const;
const REFUSED = { HIGH: 'refuse', MEDIUM: 'refuse', LOW: 'report' } as const;

// Of Node, Deno, Bun and browsers: in a guest they are undefined.
const HOST_NAMES = new Set(
  (
    'process require module exports Buffer global __dirname __filename setImmediate Deno Bun window self document ' +
    'navigator location fetch XMLHttpRequest WebSocket EventSource Worker MessageChannel BroadcastChannel localStorage ' +
    'sessionStorage indexedDB importScripts'
  ).split(' '),
);
// Taken away in a guest.
const SHARED = new Set(['SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry']);
const BUILT_INS = new Set(
  (
    'Object Function Array String Number Boolean Symbol BigInt Math JSON Reflect Proxy Promise Map Set WeakMap WeakSet ' +
    'Date RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError Intl Iterator ' +
    'ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array ' +
    'Float32Array Float64Array BigInt64Array BigUint64Array WebAssembly'
  ).split(' '),
);

/** Every rule of the scan, and what each profile does about it. SECURITY.md has the table, checked by a test. */
export const RULES: readonly Rule[] = [
  {
    id: 'constructor-escape',
    severity: 'CRITICAL',
    summary: '`x.constructor.constructor`: the way from any value to `Function`',
    actions: REFUSED,
    hint: /constructor[^]*?constructor/,
    nodes: ['MemberExpression', 'Property'],
    look: ({ node, parent }) => {
      if (keyOf(node) !== 'constructor') return undefined;
      const inPattern = parent?.node.type === 'ObjectPattern';
      if (node.type === 'Property' && !inPattern) return undefined;
      const from = inPattern ? takenFrom(parent.parent?.node) : bare(field(node, 'object'));
      const twice = from !== undefined && HAS_KEY.has(from.type) && keyOf(from) === 'constructor';
      return twice ? 'reaches for Function through constructor.constructor' : undefined;
    },
  },
  {
    id: 'sandbox-internals',
    severity: 'CRITICAL',
    summary: 'names of the sandbox’s own machinery',
    actions: REFUSED,
    hint: /__petri_/,
    nodes: [...NAMES, 'Literal', 'TemplateLiteral'],
    look: (site) => {
      const name = textOf(site.node) ?? (site.node['computed'] === true ? undefined : site.global);
      return name?.startsWith('__petri_') === true ? `names ${name}, which is the sandbox's own` : undefined;
    },
  },
  {
    id: 'eval',
    severity: 'WARNING',
    summary: '`eval`, direct or indirect',
    actions: REFUSED_BY_HIGH,
    hint: /eval/,
    nodes: NAMES,
    look: (site) =>
      site.global === 'eval' && !site.isAskedFor ? 'eval makes code that no scan sees' : undefined,
  },
  {
    id: 'function-constructor',
    severity: 'WARNING',
    summary: '`Function` as a constructor or value (`instanceof Function` passes)',
    actions: REFUSED_BY_HIGH,
    hint: /Function/,
    nodes: NAMES,
    look: (site) => {
      if (site.global !== 'Function' || site.isAskedFor) return undefined;
      const above = site.parent?.node;
      const member = above?.type === 'MemberExpression' && field(above, 'object') === site.node;
      if (member && keyOf(above) === 'prototype') return undefined;
      return 'Function makes code that no scan sees';
    },
  },
  {
    id: 'dynamic-import',
    severity: 'WARNING',
    summary: '`import()`, which is always rejected in a guest',
    actions: REFUSED_BY_HIGH,
    hint: /import\s*[(./]/,
    nodes: ['ImportExpression'],
    look: () => 'import() is always rejected here: import the module by a declaration',
  },
  {
    id: 'prototype-pollution',
    severity: 'WARNING',
    summary: 'writing through `__proto__`, `constructor.prototype` or `getPrototypeOf`',
    actions: REFUSED_BY_HIGH,
    hint: /__proto__|constructor|getPrototypeOf/,
    nodes: CHANGES,
    look: ({ changes }) => {
      if (changes === undefined) return undefined;
      const { object, key } = changes;
      if (key === '__proto__') return 'sets a prototype through __proto__';
      const callee = object.type === 'CallExpression' ? bare(field(object, 'callee')) : undefined;
      if (callee?.type === 'MemberExpression' && keyOf(callee) === 'getPrototypeOf')
        return 'changes a prototype that getPrototypeOf gave';
      if (object.type !== 'MemberExpression') return undefined;
      if (keyOf(object) === '__proto__') return 'changes a prototype through __proto__';
      const owner = bare(field(object, 'object'));
      const shared = keyOf(object) === 'prototype' && owner?.type === 'MemberExpression';
      return shared && keyOf(owner) === 'constructor'
        ? 'changes a prototype through constructor.prototype'
        : undefined;
    },
  },
  {
    id: 'built-in-patching',
    severity: 'WARNING',
    summary: 'changing a built-in or its prototype (`Math.random = …`, `Array.prototype.x = …`)',
    actions: REFUSED_BY_HIGH,
    hint: new RegExp([...BUILT_INS].join('|')),
    nodes: CHANGES,
    look: (site) => {
      const name = builtInOf(site, site.changes?.object) ?? overwritten(site);
      return name === undefined ? undefined : `changes the built-in ${name}`;
    },
  },
  {
    id: 'global-object',
    severity: 'WARNING',
    summary: 'setting or deleting globals through `globalThis`, or reading them by computed names',
    actions: REFUSED_BY_HIGH,
    hint: /globalThis/,
    nodes: [...CHANGES, 'MemberExpression'],
    look: (site) => {
      const { node, changes } = site;
      if (changes !== undefined && site.isGlobalObject(changes.object)) return 'changes the global object';
      if (node.type !== 'MemberExpression' || node['computed'] !== true || keyOf(node) !== undefined)
        return undefined;
      return site.isGlobalObject(field(node, 'object')) ? 'reads a global by a computed name' : undefined;
    },
  },
  {
    id: 'stack-hooks',
    severity: 'WARNING',
    summary: '`Error.prepareStackTrace`, which hands call sites to the guest',
    actions: REFUSED_BY_HIGH,
    hint: /prepareStackTrace/,
    nodes: ['MemberExpression', 'Literal'],
    look: ({ node }) => {
      const name = textOf(node) ?? (node['computed'] === true ? undefined : keyOf(node));
      return name === 'prepareStackTrace' ? 'hooks into how stacks are made' : undefined;
    },
  },
  {
    id: 'host-names',
    severity: 'WARNING',
    summary:
      '`process`, `require`, `Deno`, `fetch` and their like, which a guest has not (`typeof process` passes)',
    actions: REFUSED_BY_HIGH,
    hint: new RegExp([...HOST_NAMES].join('|')),
    nodes: NAMES,
    look: (site) => {
      const name = site.global;
      if (name === undefined || !HOST_NAMES.has(name) || site.isAskedFor) return undefined;
      return `there is no ${name} in a sandbox`;
    },
  },
  {
    id: 'shared-memory',
    severity: 'WARNING',
    summary: '`SharedArrayBuffer`, `Atomics`, `WeakRef`, `FinalizationRegistry`, which a guest has not',
    actions: REFUSED_BY_HIGH,
    hint: new RegExp([...SHARED].join('|')),
    nodes: NAMES,
    look: (site) => {
      const name = site.global;
      if (name === undefined || !SHARED.has(name) || site.isAskedFor) return undefined;
      return `there is no ${name} in a sandbox`;
    },
  },
  {
    id: 'endless-loop',
    severity: 'WARNING',
    summary: 'a loop without condition, `break`, `return`, `throw`, `yield` or `await`',
    actions: REFUSED_BY_HIGH,
    hint: /while|for/,
    nodes: ['WhileStatement', 'DoWhileStatement', 'ForStatement'],
    look: ({ node }) => (isEndless(node) ? 'this loop has no way out: it ends at the deadline' : undefined),
  },
  {
    id: 'webassembly',
    severity: 'INFO',
    summary: '`WebAssembly` in source: code that no scan sees',
    actions: { HIGH: 'refuse', MEDIUM: 'report', LOW: 'ignore' },
    hint: /WebAssembly/,
    nodes: NAMES,
    look: (site) =>
      site.global === 'WebAssembly' && !site.isAskedFor
        ? 'WebAssembly makes code that no scan sees'
        : undefined,
  },
  {
    id: 'debugger',
    severity: 'INFO',
    summary: '`debugger`',
    actions: { HIGH: 'refuse', MEDIUM: 'report', LOW: 'ignore' },
    hint: /debugger/,
    nodes: ['DebuggerStatement'],
    look: () => 'there is no debugger in a sandbox',
  },
  {
    id: 'reflection',
    severity: 'INFO',
    summary: '`Proxy` and `Reflect`: what they do, the scan does not follow',
    actions: { HIGH: 'report', MEDIUM: 'ignore', LOW: 'ignore' },
    hint: /Proxy|Reflect/,
    nodes: NAMES,
    look: (site) => {
      const name = site.global;
      return name === 'Proxy' || name === 'Reflect' ? `${name}: the scan does not follow it` : undefined;
    },
  },
];

/** Not a rule about trees: source of which there is none to look at. */
export const UNSCANNED: Pick<Rule, 'id' | 'severity' | 'summary' | 'actions'> = {
  id: 'unscanned',
  severity: 'WARNING',
  summary:
    'a module with anything in it that a rule might find, which is larger than 512 KiB or not what the parser takes',
  actions: REFUSED_BY_HIGH,
};

const HAS_KEY = new Set(['MemberExpression', 'Property']);

/** Where a pattern takes its members from: what it is assigned, or the member of the pattern around it. */
function takenFrom(holder: Node | undefined): Node | undefined {
  if (holder?.type === 'VariableDeclarator') return bare(field(holder, 'init'));
  return holder?.type === 'AssignmentExpression' ? bare(field(holder, 'right')) : holder;
}

/** The name of the built-in that an expression is, or whose prototype it is. */
function builtInOf(site: Site, expression: Node | undefined): string | undefined {
  const name = site.globalOf(expression);
  if (name !== undefined) return BUILT_INS.has(name) ? name : undefined;
  if (expression?.type !== 'MemberExpression' || keyOf(expression) !== 'prototype') return undefined;
  const owner = site.globalOf(field(expression, 'object'));
  return owner !== undefined && BUILT_INS.has(owner) ? `${owner}.prototype` : undefined;
}

/** The built-in that an assignment to its bare name replaces. */
function overwritten(site: Site): string | undefined {
  if (site.node.type !== 'AssignmentExpression') return undefined;
  const left = field(site.node, 'left');
  const name = left?.type === 'Identifier' ? site.globalOf(left) : undefined;
  return name !== undefined && BUILT_INS.has(name) ? name : undefined;
}
