/** A node of the parser's tree (ESTree, with TypeScript's nodes), untyped: what it holds is told by its type. */
export type Node = { type: string; start: number; [key: string]: unknown };

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** The value of a field that holds a node, or undefined. */
export function field(node: Node | undefined, name: string): Node | undefined {
  const value = node?.[name];
  return isNode(value) ? value : undefined;
}

export function list(node: Node | undefined, name: string): Node[] {
  const value = node?.[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function nameOf(node: Node | undefined): string | undefined {
  return node?.type === 'Identifier' && typeof node['name'] === 'string' ? node['name'] : undefined;
}

/** The name that a member expression or a property goes by, if the source says it. */
export function keyOf(node: Node): string | undefined {
  const key = field(node, node.type === 'MemberExpression' ? 'property' : 'key');
  if (key === undefined) return undefined;
  if (node['computed'] !== true && key.type !== 'Literal') return nameOf(key);
  return textOf(key);
}

/** The text of a string that the source says. */
export function textOf(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined;
  const [quasi, ...more] = list(node, 'quasis');
  if (node.type !== 'TemplateLiteral' || more.length > 0) return undefined;
  const { cooked } = (quasi?.['value'] ?? {}) as { cooked?: unknown };
  return typeof cooked === 'string' ? cooked : undefined;
}

/** An expression without what TypeScript and optional chains put around it. */
export function bare(node: Node | undefined): Node | undefined {
  let inner = node;
  while (inner !== undefined && WRAPPERS.has(inner.type)) inner = field(inner, 'expression');
  return inner;
}

const WRAPPERS = new Set([
  'ChainExpression',
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);

/** Nodes of TypeScript's that leave code behind; all others are types, and erased. */
const VALUES = new Set([
  ...WRAPPERS,
  'TSEnumDeclaration',
  'TSEnumBody',
  'TSEnumMember',
  'TSModuleDeclaration',
  'TSModuleBlock',
  'TSExportAssignment',
  'TSParameterProperty',
]);

export const FUNCTIONS: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);

/** The nodes below one that are code: neither names of members and labels, nor types. */
export function children(node: Node): Node[] {
  const skipped = skippedField(node);
  const found: Node[] = [];
  for (const name in node) {
    const value = node[name];
    if (typeof value !== 'object' || value === null || name === skipped) continue;
    if (Array.isArray(value)) {
      for (const each of value) if (isNode(each) && isCode(each)) found.push(each);
    } else if (isNode(value) && isCode(value)) found.push(value);
  }
  return found;
}

function skippedField(node: Node): string | undefined {
  switch (node.type) {
    case 'MemberExpression':
      return node['computed'] === true ? undefined : 'property';
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return node['computed'] === true ? undefined : 'key';
    case 'TSEnumMember':
      return 'id';
    case 'ExportSpecifier':
      return 'exported';
    default:
      return 'label';
  }
}

function isCode(node: Node): boolean {
  if (node['declare'] === true) return false;
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'MetaProperty':
      return false;
    case 'ExportNamedDeclaration':
      // What it names then is another module's.
      return node['source'] === null && node['exportKind'] !== 'type';
    default:
      return !node.type.startsWith('TS') || VALUES.has(node.type);
  }
}
