import { BINARY, UNARY } from './primitives.ts';
import type { Tree } from './tree.ts';

/** The value of a tree at one row. The printed genome gives the same, bit for bit. */
export function interpret(tree: Tree, row: readonly number[]): number {
  switch (tree.kind) {
    case 'constant':
      return tree.value;
    case 'variable':
      return row[tree.index] ?? Number.NaN;
    case 'unary':
      return UNARY[tree.name].apply(interpret(tree.child, row));
    case 'binary':
      return BINARY[tree.name].apply(interpret(tree.left, row), interpret(tree.right, row));
  }
}
