import type { BinaryName, UnaryName } from './primitives.ts';

/** An expression. Trees are immutable: operators build new ones that share what did not change. */
export type Tree = Constant | Variable | Unary | Binary;

export interface Constant {
  readonly kind: 'constant';
  /** Always finite, never -0, so that it survives printing. */
  readonly value: number;
}

export interface Variable {
  readonly kind: 'variable';
  /** Position in a row of the data. */
  readonly index: number;
}

export interface Unary {
  readonly kind: 'unary';
  readonly name: UnaryName;
  readonly child: Tree;
}

export interface Binary {
  readonly kind: 'binary';
  readonly name: BinaryName;
  readonly left: Tree;
  readonly right: Tree;
}

export function constant(value: number): Constant {
  if (!Number.isFinite(value)) throw new RangeError(`a constant must be finite, not ${value}`);
  return { kind: 'constant', value: value === 0 ? 0 : value };
}

export function variable(index: number): Variable {
  return { kind: 'variable', index };
}

export function unary(name: UnaryName, child: Tree): Unary {
  return { kind: 'unary', name, child };
}

export function binary(name: BinaryName, left: Tree, right: Tree): Binary {
  return { kind: 'binary', name, left, right };
}

export function children(tree: Tree): readonly Tree[] {
  switch (tree.kind) {
    case 'unary':
      return [tree.child];
    case 'binary':
      return [tree.left, tree.right];
    default:
      return [];
  }
}

/** Number of nodes. */
export function size(tree: Tree): number {
  return children(tree).reduce((sum, child) => sum + size(child), 1);
}

/** Edges from the root to the deepest leaf: a leaf alone has depth 0. */
export function depth(tree: Tree): number {
  return children(tree).reduce((deepest, child) => Math.max(deepest, depth(child) + 1), 0);
}

/** Every subtree in preorder; its position here is the address that `replaceAt` takes. */
export function subtrees(tree: Tree): Tree[] {
  const found: Tree[] = [];
  const visit = (node: Tree): void => {
    found.push(node);
    for (const child of children(node)) visit(child);
  };
  visit(tree);
  return found;
}

/** The tree with the subtree at a preorder position replaced. */
export function replaceAt(tree: Tree, position: number, replacement: Tree): Tree {
  if (position === 0) return replacement;
  switch (tree.kind) {
    case 'unary':
      return unary(tree.name, replaceAt(tree.child, position - 1, replacement));
    case 'binary': {
      const leftSize = size(tree.left);
      return position <= leftSize
        ? binary(tree.name, replaceAt(tree.left, position - 1, replacement), tree.right)
        : binary(tree.name, tree.left, replaceAt(tree.right, position - 1 - leftSize, replacement));
    }
    default:
      throw new RangeError(`no subtree at position ${position}`);
  }
}

/** The tree with every leaf replaced by what `change` makes of it, from left to right. */
export function mapLeaves(tree: Tree, change: (leaf: Constant | Variable) => Tree): Tree {
  switch (tree.kind) {
    case 'unary':
      return unary(tree.name, mapLeaves(tree.child, change));
    case 'binary': {
      const left = mapLeaves(tree.left, change);
      return binary(tree.name, left, mapLeaves(tree.right, change));
    }
    default:
      return change(tree);
  }
}

export function equal(a: Tree, b: Tree): boolean {
  if (a === b) return true;
  if (a.kind === 'constant') return b.kind === 'constant' && a.value === b.value;
  if (a.kind === 'variable') return b.kind === 'variable' && a.index === b.index;
  if (a.kind === 'unary') return b.kind === 'unary' && a.name === b.name && equal(a.child, b.child);
  return b.kind === 'binary' && a.name === b.name && equal(a.left, b.left) && equal(a.right, b.right);
}
