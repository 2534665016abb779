import { BINARY, UNARY } from './primitives.ts';
import type { BinaryName, UnaryName } from './primitives.ts';
import { constant, subtrees } from './tree.ts';
import type { Binary, Tree, Unary } from './tree.ts';

/** How tightly text binds: sums, products, negations, and what needs no parentheses anywhere. */
const SUM = 1;
const PRODUCT = 2;
const NEGATION = 3;
const ATOM = 4;

interface Text {
  readonly code: string;
  readonly binding: number;
}

export interface ExpressionStyle {
  /** Round constants to so many significant digits, for people; genomes keep every digit. */
  readonly digits?: number;
}

/** The tree as a JavaScript expression over the named variables, with only the parentheses it needs. */
export function printExpression(
  tree: Tree,
  variables: readonly string[],
  style: ExpressionStyle = {},
): string {
  return text(tree, variables, style).code;
}

/** The tree as an ES module: `predict(...variables)` for one row, `predictAll(rows)` for many. */
export function printModule(tree: Tree, variables: readonly string[]): string {
  return [
    ...helpers(tree, variables),
    `export function predict(${variables.join(', ')}) {`,
    `  return ${printExpression(tree, variables)};`,
    '}',
    '',
    'export function predictAll(rows) {',
    '  return rows.map((row) => predict(...row));',
    '}',
    '',
  ].join('\n');
}

/** Names a variable must not have: the helpers', and the module's own. */
export const RESERVED_NAMES: readonly string[] = [
  ...Object.keys(UNARY),
  ...Object.keys(BINARY),
  'predict',
  'predictAll',
  'rows',
  'row',
  'Math',
];

function helpers(tree: Tree, variables: readonly string[]): string[] {
  const body = printExpression(tree, variables);
  const used = new Set<UnaryName | BinaryName>();
  for (const node of subtrees(tree)) {
    if (node.kind !== 'constant' && node.kind !== 'variable' && body.includes(`${node.name}(`))
      used.add(node.name);
  }
  const lines = [...used].sort().flatMap((name) => {
    const helper = name in UNARY ? UNARY[name as UnaryName].helper : BINARY[name as BinaryName].helper;
    return helper === undefined ? [] : [`const ${name} = ${helper};`];
  });
  return lines.length > 0 ? [...lines, ''] : [];
}

function text(tree: Tree, variables: readonly string[], style: ExpressionStyle): Text {
  switch (tree.kind) {
    case 'constant':
      return number(tree.value, style);
    case 'variable':
      return { code: variables[tree.index] ?? `v${tree.index}`, binding: ATOM };
    case 'unary':
      return unaryText(tree, variables, style);
    case 'binary':
      return binaryText(tree, variables, style);
  }
}

function number(value: number, { digits }: ExpressionStyle): Text {
  const code = String(digits === undefined ? value : Number(value.toPrecision(digits)));
  return { code, binding: value < 0 ? NEGATION : ATOM };
}

function unaryText(tree: Unary, variables: readonly string[], style: ExpressionStyle): Text {
  const child = text(tree.child, variables, style);
  if (tree.name === 'neg')
    return { code: `-${child.binding < ATOM ? `(${child.code})` : child.code}`, binding: NEGATION };
  const repeat = tree.child.kind === 'variable' ? { square: 2, cube: 3 }[tree.name as string] : undefined;
  if (repeat !== undefined) return { code: Array(repeat).fill(child.code).join(' * '), binding: PRODUCT };
  return { code: `${tree.name}(${child.code})`, binding: ATOM };
}

function binaryText(tree: Binary, variables: readonly string[], style: ExpressionStyle): Text {
  const { name, right } = tree;
  // x + -2 and x - 2 are the same number in IEEE 754; so are x - -2 and x + 2.
  if ((name === 'add' || name === 'sub') && right.kind === 'constant' && right.value < 0) {
    const opposite = {
      ...tree,
      name: name === 'add' ? 'sub' : 'add',
      right: constant(-right.value),
    } as const;
    return binaryText(opposite, variables, style);
  }
  const operands = [text(tree.left, variables, style), text(right, variables, style)] as const;
  if (name === 'add') return infix('+', SUM, operands);
  if (name === 'sub') return infix('-', SUM, operands);
  if (name === 'mul') return infix('*', PRODUCT, operands);
  if (name === 'div' && right.kind === 'constant' && right.value !== 0) return infix('/', PRODUCT, operands);
  return { code: `${name}(${operands[0].code}, ${operands[1].code})`, binding: ATOM };
}

/** A right operand of equal binding keeps its parentheses: floating-point sums do not associate. */
function infix(symbol: string, binding: number, [left, right]: readonly [Text, Text]): Text {
  const first = left.binding < binding ? `(${left.code})` : left.code;
  const second = right.binding <= binding || right.code.startsWith('-') ? `(${right.code})` : right.code;
  return { code: `${first} ${symbol} ${second}`, binding };
}
