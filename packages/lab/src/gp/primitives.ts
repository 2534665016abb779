/**
 * The functions that trees are made of. All are total over finite numbers ("protected", Koza 1992) as far as
 * the magnitude of doubles allows. `helper` is the same function as JavaScript, printed into a genome that
 * uses it; a property test keeps the two alike.
 */
interface Primitive<Apply> {
  readonly apply: Apply;
  readonly helper?: string;
}

/** exp(50) is 5e21: large enough for any law here, far from overflow when squared or cubed. */
const EXP_CEILING = 50;
/** Exponents met in nature; beyond them rows overflow rather than inform. */
const POW_LIMIT = 4;

const unaries = {
  neg: { apply: (a) => -a },
  square: { apply: (a) => a * a, helper: '(a) => a * a' },
  cube: { apply: (a) => a * a * a, helper: '(a) => a * a * a' },
  sqrt: { apply: (a) => Math.sqrt(Math.abs(a)), helper: '(a) => Math.sqrt(Math.abs(a))' },
  log: {
    apply: (a) => (a === 0 ? 0 : Math.log(Math.abs(a))),
    helper: '(a) => (a === 0 ? 0 : Math.log(Math.abs(a)))',
  },
  exp: {
    apply: (a) => Math.exp(Math.min(a, EXP_CEILING)),
    helper: `(a) => Math.exp(Math.min(a, ${EXP_CEILING}))`,
  },
  sin: { apply: (a) => Math.sin(a), helper: '(a) => Math.sin(a)' },
  cos: { apply: (a) => Math.cos(a), helper: '(a) => Math.cos(a)' },
} satisfies Record<string, Primitive<(a: number) => number>>;

const binaries = {
  add: { apply: (a, b) => a + b },
  sub: { apply: (a, b) => a - b },
  mul: { apply: (a, b) => a * b },
  div: { apply: (a, b) => (b === 0 ? 1 : a / b), helper: '(a, b) => (b === 0 ? 1 : a / b)' },
  pow: {
    apply: (a, b) => (a === 0 ? 0 : Math.abs(a) ** Math.max(-POW_LIMIT, Math.min(POW_LIMIT, b))),
    helper: `(a, b) => (a === 0 ? 0 : Math.abs(a) ** Math.max(-${POW_LIMIT}, Math.min(${POW_LIMIT}, b)))`,
  },
} satisfies Record<string, Primitive<(a: number, b: number) => number>>;

export type UnaryName = keyof typeof unaries;
export type BinaryName = keyof typeof binaries;

export const UNARY: Readonly<Record<UnaryName, Primitive<(a: number) => number>>> = unaries;
export const BINARY: Readonly<Record<BinaryName, Primitive<(a: number, b: number) => number>>> = binaries;

export const UNARY_NAMES = Object.keys(unaries) as readonly UnaryName[];
export const BINARY_NAMES = Object.keys(binaries) as readonly BinaryName[];

/** What a problem lets its trees be made of. */
export interface Grammar {
  /** Identifiers of the variables, in the order of a row's values. */
  readonly variables: readonly string[];
  readonly unary: readonly UnaryName[];
  readonly binary: readonly BinaryName[];
  /** Fresh constants are drawn from -constantRange to constantRange, half of them whole numbers. */
  readonly constantRange: number;
}
