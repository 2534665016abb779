import { binary, constant, unary } from './tree.ts';
import type { Tree } from './tree.ts';

/** coefficient * atom^power * …; an atom is a variable or a function of collected trees. */
interface Term {
  readonly coefficient: number;
  readonly factors: ReadonlyMap<string, Factor>;
}

interface Factor {
  readonly atom: Tree;
  readonly power: number;
}

/** Terms by what they multiply, so that like terms meet. */
type Sum = ReadonlyMap<string, Term>;

/** Products of sums multiply out; past this many terms the result would explain nothing. */
const MAX_TERMS = 32;
/** A sum this much smaller than its parts is what rounding left of a zero. */
const CANCELLED = 1e-12;

/**
 * The tree as a sum of products with like terms collected, highest degree first: x*x + (x + x) - 1 becomes
 * x * x + 2 * x - 1. Equal in exact arithmetic; in doubles rounding may differ, so this is for people to read.
 */
export function collect(tree: Tree): Tree {
  const sum = expand(tree);
  return sum === undefined ? tree : build(sum);
}

/** Undefined where the sum would be too long, or a coefficient leaves the range of doubles. */
function expand(tree: Tree): Sum | undefined {
  const sum = expandNode(tree);
  return sum !== undefined && [...sum.values()].every((term) => Number.isFinite(term.coefficient))
    ? sum
    : undefined;
}

function expandNode(tree: Tree): Sum | undefined {
  switch (tree.kind) {
    case 'constant':
      return sumOf(tree.value);
    case 'variable':
      return atomic(tree);
    case 'unary':
      return expandUnary(tree.name, expand(tree.child), tree);
    case 'binary':
      return expandBinary(expand(tree.left), expand(tree.right), tree);
  }
}

function expandUnary(name: string, child: Sum | undefined, tree: Tree & { kind: 'unary' }): Sum | undefined {
  if (child === undefined) return undefined;
  if (name === 'neg') return scale(child, -1);
  if (name === 'square') return multiply(child, child);
  if (name === 'cube') return multiply(child, multiply(child, child));
  const [term, ...others] = child.values();
  if (name === 'sqrt' && term !== undefined && others.length === 0 && term.factors.size > 0) {
    // The root of |c * e| is the root of |c| times that of |e|.
    const inner = build(new Map([['', { ...term, coefficient: 1 }]]));
    return scale(atomic(unary('sqrt', inner)), Math.sqrt(Math.abs(term.coefficient)));
  }
  return atomic(unary(tree.name, build(child)));
}

function expandBinary(
  left: Sum | undefined,
  right: Sum | undefined,
  tree: Tree & { kind: 'binary' },
): Sum | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (tree.name === 'add') return add(left, right);
  if (tree.name === 'sub') return add(left, scale(right, -1));
  if (tree.name === 'mul') return multiply(left, right);
  const divisor = constantOf(right);
  if (tree.name === 'div' && divisor !== undefined && divisor !== 0) return scale(left, 1 / divisor);
  return atomic(binary(tree.name, build(left), build(right)));
}

function sumOf(value: number): Sum {
  return new Map(value === 0 ? [] : [['', { coefficient: value, factors: new Map() }]]);
}

function atomic(atom: Tree): Sum {
  if (atom.kind === 'constant') return sumOf(atom.value);
  const name = JSON.stringify(atom);
  const factors = new Map([[name, { atom, power: 1 }]]);
  return new Map([[keyOf(factors), { coefficient: 1, factors }]]);
}

function constantOf(sum: Sum): number | undefined {
  if (sum.size === 0) return 0;
  return sum.size === 1 ? sum.get('')?.coefficient : undefined;
}

function scale(sum: Sum, by: number): Sum {
  return new Map([...sum].map(([key, term]) => [key, { ...term, coefficient: term.coefficient * by }]));
}

function add(left: Sum, right: Sum): Sum {
  const result = new Map(left);
  for (const [key, term] of right) {
    const other = result.get(key)?.coefficient;
    const coefficient = (other ?? 0) + term.coefficient;
    const cancels = other !== undefined && Math.abs(coefficient) <= CANCELLED * Math.abs(other);
    if (cancels) result.delete(key);
    else result.set(key, { ...term, coefficient });
  }
  return result;
}

function multiply(left: Sum, right: Sum | undefined): Sum | undefined {
  if (right === undefined || left.size * right.size > MAX_TERMS) return undefined;
  let result: Sum = new Map();
  for (const a of left.values()) {
    for (const b of right.values()) {
      const factors = new Map(a.factors);
      for (const [name, { atom, power }] of b.factors) {
        factors.set(name, { atom, power: power + (factors.get(name)?.power ?? 0) });
      }
      result = add(
        result,
        new Map([[keyOf(factors), { coefficient: a.coefficient * b.coefficient, factors }]]),
      );
    }
  }
  return result;
}

function keyOf(factors: ReadonlyMap<string, Factor>): string {
  return [...factors]
    .map(([name, { power }]) => `${name}^${power}`)
    .sort()
    .join('*');
}

function build(sum: Sum): Tree {
  const terms = [...sum].sort(([keyA, a], [keyB, b]) => degree(b) - degree(a) || (keyA < keyB ? -1 : 1));
  const [first, ...rest] = terms.map(([, term]) => term);
  if (first === undefined) return constant(0);
  return rest.reduce((tree, term) => {
    const magnitude = { ...term, coefficient: Math.abs(term.coefficient) };
    return binary(term.coefficient < 0 ? 'sub' : 'add', tree, product(magnitude));
  }, product(first));
}

function degree(term: Term): number {
  return [...term.factors.values()].reduce((total, { power }) => total + power, 0);
}

function product({ coefficient, factors }: Term): Tree {
  const powers = [...factors.values()].sort((a, b) => rank(a.atom) - rank(b.atom)).map(raise);
  const [first, ...rest] = powers;
  if (first === undefined) return constant(coefficient);
  const start =
    coefficient === 1
      ? first
      : coefficient === -1
        ? unary('neg', first)
        : binary('mul', constant(coefficient), first);
  return rest.reduce((tree, factor) => binary('mul', tree, factor), start);
}

/** Variables before functions of them. */
function rank(atom: Tree): number {
  return atom.kind === 'variable' ? atom.index : Number.MAX_SAFE_INTEGER;
}

function raise({ atom, power }: Factor): Tree {
  if (power === 1) return atom;
  if (power === 2) return unary('square', atom);
  if (power === 3) return unary('cube', atom);
  return binary('mul', unary('cube', atom), raise({ atom, power: power - 3 }));
}
