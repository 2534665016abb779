import { collect } from './collect.ts';
import { interpret } from './interpret.ts';
import { simplify } from './simplify.ts';
import { size } from './tree.ts';
import type { Tree } from './tree.ts';

/** Agreement asked of a readable form with what it stands for: far above rounding, far below any law's error. */
const TOLERANCE = 1e-9;

/** The shortest form of a tree to show people that still says the same about every given row. */
export function readable(tree: Tree, rows: readonly (readonly number[])[]): Tree {
  const simple = simplify(tree);
  const collected = simplify(collect(simple));
  const agrees = rows.every((row) => close(interpret(collected, row), interpret(tree, row)));
  return agrees && size(collected) <= size(simple) ? collected : simple;
}

function close(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}
