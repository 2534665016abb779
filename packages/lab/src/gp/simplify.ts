import { BINARY, UNARY } from './primitives.ts';
import type { BinaryName, UnaryName } from './primitives.ts';
import { binary, constant, equal, unary } from './tree.ts';
import type { Tree } from './tree.ts';

/**
 * A tree of at most the same size with the same value, bit for bit but for the sign of zero, at every row where no
 * subtree of the original overflows. Only such rules are here; `collect` has those that move rounding.
 */
export function simplify(tree: Tree): Tree {
  switch (tree.kind) {
    case 'unary':
      return simplifyUnary(tree.name, simplify(tree.child));
    case 'binary':
      return simplifyBinary(tree.name, simplify(tree.left), simplify(tree.right));
    default:
      return tree;
  }
}

function simplifyUnary(name: UnaryName, child: Tree): Tree {
  if (child.kind === 'constant') return folded(UNARY[name].apply(child.value)) ?? unary(name, child);
  if (child.kind === 'unary' && child.name === 'neg') {
    if (name === 'neg') return child.child;
    // Even functions drop the sign; the protected root and logarithm take the magnitude.
    if (name === 'square' || name === 'sqrt' || name === 'log' || name === 'cos') {
      return simplifyUnary(name, child.child);
    }
  }
  if (name === 'neg' && child.kind === 'binary' && child.name === 'sub')
    return binary('sub', child.right, child.left);
  return unary(name, child);
}

function simplifyBinary(name: BinaryName, left: Tree, right: Tree): Tree {
  if (left.kind === 'constant' && right.kind === 'constant') {
    return folded(BINARY[name].apply(left.value, right.value)) ?? binary(name, left, right);
  }
  return RULES[name](left, right) ?? binary(name, left, right);
}

type Rule = (left: Tree, right: Tree) => Tree | undefined;

const RULES: Readonly<Record<BinaryName, Rule>> = {
  add(left, right) {
    if (isConstant(left, 0)) return right;
    if (isConstant(right, 0)) return left;
    if (isNegation(right)) return simplifyBinary('sub', left, right.child);
    if (isNegation(left)) return simplifyBinary('sub', right, left.child);
    return equal(left, right) ? simplifyBinary('mul', constant(2), left) : undefined;
  },
  sub(left, right) {
    if (isConstant(right, 0)) return left;
    if (isConstant(left, 0)) return simplifyUnary('neg', right);
    if (isNegation(right)) return simplifyBinary('add', left, right.child);
    return equal(left, right) ? constant(0) : undefined;
  },
  mul(left, right) {
    if (right.kind === 'constant') return simplifyBinary('mul', right, left);
    if (isConstant(left, 0)) return left;
    if (isConstant(left, 1)) return right;
    if (isConstant(left, -1)) return simplifyUnary('neg', right);
    if (isNegation(left) && isNegation(right)) return simplifyBinary('mul', left.child, right.child);
    return powerOf(left, right) ?? powerOf(right, left);
  },
  div(left, right) {
    if (isConstant(right, 0)) return constant(1);
    if (isConstant(right, 1)) return left;
    if (isConstant(right, -1)) return simplifyUnary('neg', left);
    return equal(left, right) ? constant(1) : undefined;
  },
  // 0 to the power of 0 is 0 here, so no rule for the exponent 0.
  pow(left) {
    return isConstant(left, 0) || isConstant(left, 1) ? left : undefined;
  },
};

/** x * x is the square and x² * x the cube, computed in the same order as the primitives do. */
function powerOf(left: Tree, right: Tree): Tree | undefined {
  if (equal(left, right)) return unary('square', left);
  if (left.kind === 'unary' && left.name === 'square' && equal(left.child, right))
    return unary('cube', right);
  return undefined;
}

function folded(value: number): Tree | undefined {
  return Number.isFinite(value) ? constant(value) : undefined;
}

function isConstant(tree: Tree, value: number): boolean {
  return tree.kind === 'constant' && tree.value === value;
}

function isNegation(tree: Tree): tree is Tree & { readonly kind: 'unary'; readonly child: Tree } {
  return tree.kind === 'unary' && tree.name === 'neg';
}
