import { children, field, FUNCTIONS, list, nameOf, type Node } from './syntax.ts';

/** The names that a part of the source declares. */
export class Scope {
  readonly #names: ReadonlySet<string>;
  readonly #outer: Scope | undefined;

  constructor(names: ReadonlySet<string>, outer: Scope | undefined) {
    this.#names = names;
    this.#outer = outer;
  }

  declares(name: string): boolean {
    if (this.#names.has(name)) return true;
    let scope = this.#outer;
    while (scope !== undefined && !scope.#names.has(name)) scope = scope.#outer;
    return scope !== undefined;
  }
}

/** The scope of what is below a node: its own if it makes one. */
export function scopeWithin(node: Node, outer: Scope | undefined): Scope | undefined {
  if (!DECLARES.has(node.type)) return outer;
  const names = new Set(declaredBy(node));
  return names.size === 0 ? outer : new Scope(names, outer);
}

const DECLARES: ReadonlySet<string> = new Set([
  ...FUNCTIONS,
  'Program',
  'StaticBlock',
  'TSModuleBlock',
  'BlockStatement',
  'SwitchStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'CatchClause',
  'ClassDeclaration',
  'ClassExpression',
  'TSEnumBody',
]);

function* declaredBy(node: Node): Generator<string> {
  switch (node.type) {
    case 'Program':
    case 'StaticBlock':
    case 'TSModuleBlock':
      yield* lexical(list(node, 'body'));
      yield* variables(list(node, 'body'));
      break;
    case 'BlockStatement':
      yield* lexical(list(node, 'body'));
      break;
    case 'SwitchStatement':
      for (const each of list(node, 'cases')) yield* lexical(list(each, 'consequent'));
      break;
    case 'ForStatement':
      yield* lexical([field(node, 'init') ?? []].flat());
      break;
    case 'ForInStatement':
    case 'ForOfStatement':
      yield* lexical([field(node, 'left') ?? []].flat());
      break;
    case 'CatchClause':
      yield* bound(field(node, 'param'));
      break;
    case 'ClassDeclaration':
    case 'ClassExpression':
      yield* bound(field(node, 'id'));
      break;
    case 'TSEnumBody':
      for (const member of list(node, 'members')) yield* bound(field(member, 'id'));
      break;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      yield* bound(field(node, 'id'));
      for (const parameter of list(node, 'params')) yield* bound(parameter);
      const body = field(node, 'body');
      if (body !== undefined) yield* variables([body]);
      break;
    }
    default:
  }
}

/** What statements declare for the block they are in. */
function* lexical(statements: readonly Node[]): Generator<string> {
  for (const statement of statements) {
    if (statement['declare'] === true) continue;
    switch (statement.type) {
      case 'VariableDeclaration':
        for (const declarator of list(statement, 'declarations')) yield* bound(field(declarator, 'id'));
        break;
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
      case 'TSEnumDeclaration':
      case 'TSModuleDeclaration':
        yield* bound(field(statement, 'id'));
        break;
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
        yield* lexical([field(statement, 'declaration') ?? []].flat());
        break;
      case 'ImportDeclaration':
        // Imports of types are erased: the name then means what it means without them.
        if (statement['importKind'] === 'type') break;
        for (const specifier of list(statement, 'specifiers'))
          if (specifier['importKind'] !== 'type') yield* bound(field(specifier, 'local'));
        break;
      default:
    }
  }
}

/** What `var` declares anywhere below, but for functions within. */
function* variables(nodes: readonly Node[]): Generator<string> {
  const stack = [...nodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'VariableDeclaration' && node['kind'] === 'var' && node['declare'] !== true)
      for (const declarator of list(node, 'declarations')) yield* bound(field(declarator, 'id'));
    for (const child of children(node)) if (!FUNCTIONS.has(child.type)) stack.push(child);
  }
}

/** Names that a pattern binds. */
function* bound(pattern: Node | undefined): Generator<string> {
  const stack = pattern === undefined ? [] : [pattern];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const name = nameOf(node);
    if (name !== undefined) yield name;
    stack.push(...list(node, 'elements'), ...list(node, 'properties'));
    for (const part of ['value', 'left', 'argument', 'parameter'])
      stack.push(...[field(node, part) ?? []].flat());
  }
}
