import { createRequire } from 'node:module';
import type { PlannedModule, ScanOrder } from '../protocol.ts';
import { type Finding, reportOf, type ScanReport } from './finding.ts';
import { type Rule, RULES, UNSCANNED } from './rules.ts';
import { type Scope, scopeWithin } from './scopes.ts';
import { Site } from './site.ts';
import { children, type Node } from './syntax.ts';

// A tree takes some hundred bytes for each of the source: more would be a memory bomb for the worker.
const MAX_BYTES = 512 * 1024;
// Reports that a worker keeps, so that code it has seen costs nothing: of small sources alone.
const KEPT_REPORTS = 256;
const KEPT_LENGTH = 8 * 1024;

const NO_RULES: readonly Rule[] = [];

type Parser = typeof import('oxc-parser');

// Most workers never need it, and it takes longer to load than most guests run.
let parser: Parser | undefined;
const known = new Map<string, readonly Finding[]>();

/**
 * What the rules have to say of sources; of binaries, nothing. Only for worker processes: the parser is native code, which
 * some sources kill. V8 must have compiled them before: it stops at a depth of nesting that the parser mostly survives.
 */
export function scan(modules: readonly PlannedModule[], order: ScanOrder): ScanReport {
  return reportOf(
    modules.flatMap((module) =>
      scanOne(module, order).map((finding) => ({ ...finding, module: module.name })),
    ),
  );
}

function scanOne({ language, text }: PlannedModule, order: ScanOrder): readonly Finding[] {
  const { rules, hint } = selection(order);
  if (language === 'wasm' || !mayMatch(text, hint)) return [];
  if (text.length * 3 > MAX_BYTES && Buffer.byteLength(text) > MAX_BYTES)
    return unscanned(order, `is larger than ${MAX_BYTES} bytes, which is too large to be scanned`);
  if (text.length > KEPT_LENGTH) return parseAndLook(language, text, rules, order);
  const key = `${order.profile} ${order.advice} ${language} ${text}`;
  let findings = known.get(key);
  if (findings === undefined) {
    findings = parseAndLook(language, text, rules, order);
    if (known.size === KEPT_REPORTS) known.clear();
    known.set(key, findings);
  }
  return findings;
}

function parseAndLook(
  language: 'javascript' | 'typescript',
  text: string,
  rules: readonly Rule[],
  order: ScanOrder,
): Finding[] {
  parser ??= createRequire(import.meta.url)('oxc-parser') as Parser;
  const lang = language === 'typescript' ? 'ts' : 'js';
  const options = { lang, sourceType: 'module', preserveParens: false } as const;
  const { program, errors } = parser.parseSync(`module.${lang}`, text, options);
  const [first] = errors;
  // V8 and the parser differ in little, but they do.
  if (first !== undefined) return unscanned(order, `can't be scanned: ${first.message}`);
  return look(program as unknown as Node, text, rules, order);
}

type Selection = { rules: readonly Rule[]; hint: RegExp };
const selections = new Map<string, Selection>();

/** The rules that matter to an order, and the text without which none of them finds anything. */
function selection({ profile, advice }: ScanOrder): Selection {
  const key = `${profile} ${advice}`;
  let selected = selections.get(key);
  if (selected === undefined) {
    const rules = RULES.filter(({ actions }) =>
      advice ? actions[profile] !== 'ignore' : actions[profile] === 'refuse',
    );
    // One that can't match where there are no rules.
    const hint = new RegExp(rules.map((rule) => rule.hint.source).join('|') || '(?!)');
    selected = { rules, hint };
    selections.set(key, selected);
  }
  return selected;
}

/** Escapes can spell any name: text with those of characters is always parsed, other backslashes are looked past. */
function mayMatch(text: string, hint: RegExp): boolean {
  if (hint.test(text)) return true;
  if (!text.includes('\\') || hint.source === '(?!)') return false;
  return /\\[ux]/.test(text) || hint.test(text.replaceAll(/\\(?:\r\n|[\n\r\u2028\u2029])?/g, ''));
}

function unscanned({ profile, advice }: ScanOrder, message: string): Finding[] {
  const { id, severity, actions } = UNSCANNED;
  const refused = actions[profile] === 'refuse';
  if (!refused && !advice) return [];
  return [{ rule: id, severity, module: '', line: 1, column: 1, message, refused }];
}

/** Asks every rule about every node that it looks at. Without recursion: guests choose how deep their trees are. */
function look(program: Node, text: string, rules: readonly Rule[], { profile }: ScanOrder): Finding[] {
  const byType = new Map<string, Rule[]>();
  for (const rule of rules)
    for (const type of rule.nodes) byType.set(type, [...(byType.get(type) ?? []), rule]);
  const found = new Map<string, { rule: Rule; at: number; message: string }>();
  const stack: [node: Node, parent: Site | undefined, scope: Scope | undefined][] = [
    [program, undefined, undefined],
  ];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [node, parent, outer] = top;
    const scope = scopeWithin(node, outer);
    const site = new Site(node, parent, scope);
    for (const rule of byType.get(node.type) ?? NO_RULES) {
      const message = rule.look(site);
      if (message !== undefined) found.set(`${node.start} ${rule.id}`, { rule, at: node.start, message });
    }
    for (const child of children(node)) stack.push([child, site, scope]);
  }
  const starts = found.size === 0 ? [] : lineStarts(text);
  let line = 0;
  return [...found.values()]
    .toSorted((left, right) => left.at - right.at)
    .map(({ rule: { id, severity, actions }, at, message }) => {
      while ((starts[line] ?? Infinity) <= at) line++;
      const column = at - (starts[line - 1] ?? 0) + 1;
      return {
        rule: id,
        severity,
        module: '',
        line,
        column,
        message,
        refused: actions[profile] === 'refuse',
      };
    });
}

/** Where lines start, by ECMAScript's terminators. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { index, 0: terminator } of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g))
    starts.push(index + terminator.length);
  return starts;
}
