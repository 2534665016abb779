import type { Scope } from './scopes.ts';
import { bare, field, keyOf, list, nameOf, type Node } from './syntax.ts';

/** A node where it stands. */
export class Site {
  readonly node: Node;
  readonly parent: Site | undefined;
  readonly #scope: Scope | undefined;

  constructor(node: Node, parent: Site | undefined, scope: Scope | undefined) {
    this.node = node;
    this.parent = parent;
    this.#scope = scope;
  }

  /** The global that an expression names: `eval`, `globalThis.eval`, `globalThis['eval']`; not what the source declares. */
  globalOf(expression: Node | undefined): string | undefined {
    const node = bare(expression);
    const name = nameOf(node);
    if (name !== undefined) return this.#scope?.declares(name) === true ? undefined : name;
    if (node?.type !== 'MemberExpression' || !this.isGlobalObject(field(node, 'object'))) return undefined;
    return keyOf(node);
  }

  isGlobalObject(expression: Node | undefined): boolean {
    let node = bare(expression);
    while (node?.type === 'MemberExpression' && keyOf(node) === 'globalThis')
      node = bare(field(node, 'object'));
    return nameOf(node) === 'globalThis' && this.#scope?.declares('globalThis') !== true;
  }

  /** The global that this very node names, or takes out of the global object by destructuring. */
  get global(): string | undefined {
    const { node, parent } = this;
    if (node.type !== 'Property') return this.globalOf(node);
    const holder = parent?.parent?.node;
    if (parent?.node.type !== 'ObjectPattern' || holder === undefined) return undefined;
    const from = holder.type === 'VariableDeclarator' ? 'init' : 'right';
    return this.isGlobalObject(field(holder, from)) ? keyOf(node) : undefined;
  }

  /** Whether it is only asked whether there is such a thing, or whether something is of its kind. */
  get isAskedFor(): boolean {
    let [below, above] = [this.node, this.parent];
    while (above?.node.type === 'ChainExpression') [below, above] = [above.node, above.parent];
    if (above?.node.type === 'UnaryExpression') return above.node['operator'] === 'typeof';
    if (above?.node.type !== 'BinaryExpression') return false;
    return above.node['operator'] === 'instanceof' && above.node['right'] === below;
  }

  /** The object whose member this node sets or deletes, directly or through Object and Reflect; and the member's name. */
  get changes(): { object: Node; key: string | undefined } | undefined {
    const target = bare(field(this.node, CHANGED_FIELD[this.node.type] ?? ''));
    if (this.node.type === 'UnaryExpression' && this.node['operator'] !== 'delete') return undefined;
    if (target?.type === 'MemberExpression') {
      const object = bare(field(target, 'object'));
      return object && { object, key: keyOf(target) };
    }
    if (this.node.type !== 'CallExpression') return undefined;
    const callee = bare(field(this.node, 'callee'));
    if (callee?.type !== 'MemberExpression') return undefined;
    const owner = this.globalOf(field(callee, 'object'));
    const object = bare(list(this.node, 'arguments')[0]);
    if ((owner !== 'Object' && owner !== 'Reflect') || object === undefined) return undefined;
    return CHANGERS.has(keyOf(callee) ?? '') ? { object, key: undefined } : undefined;
  }
}

const CHANGED_FIELD: Readonly<Record<string, string>> = {
  AssignmentExpression: 'left',
  UpdateExpression: 'argument',
  UnaryExpression: 'argument',
};
const CHANGERS = new Set([
  'assign',
  'defineProperties',
  'defineProperty',
  'deleteProperty',
  'set',
  'setPrototypeOf',
]);

/** Types of nodes that `changes` knows. */
export const CHANGES = [...Object.keys(CHANGED_FIELD), 'CallExpression'];
/** Types of nodes that `global` knows. */
export const NAMES = ['Identifier', 'MemberExpression', 'Property'];
