import { BINARY, UNARY } from './primitives.ts';
import type { BinaryName, UnaryName } from './primitives.ts';
import { binary, constant, unary, variable } from './tree.ts';
import type { Tree } from './tree.ts';

/** A printed tree of the largest size has a few hundred characters; what is longer was not printed from one. */
const MAX_LENGTH = 4_096;

const BODY = /^export function predict\([^)]*\) \{\n {2}return (.*);\n\}$/m;
const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([A-Za-z_$][\w$]*)|([-+*/(),]))/y;
const OPERATORS: Readonly<Record<string, BinaryName>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' };

/** The tree of a module that `printModule` made for these variables; undefined for any other text. */
export function parseModule(source: string, variables: readonly string[]): Tree | undefined {
  const [, body] = BODY.exec(source) ?? [];
  if (body === undefined || body.length > MAX_LENGTH) return undefined;
  try {
    return new Parser(body, variables).whole();
  } catch (error) {
    // Nested deeper than the stack is, or a number that is none.
    if (error instanceof NotOurs || error instanceof RangeError) return undefined;
    throw error;
  }
}

class NotOurs extends Error {}

class Parser {
  readonly #text: string;
  readonly #variables: readonly string[];
  #at = 0;

  constructor(text: string, variables: readonly string[]) {
    this.#text = text;
    this.#variables = variables;
  }

  whole(): Tree {
    const tree = this.#sum();
    if (this.#at < this.#text.length) throw new NotOurs();
    return tree;
  }

  #sum(): Tree {
    return this.#infix(['+', '-'], () => this.#infix(['*', '/'], () => this.#factor()));
  }

  #infix(operators: readonly string[], operand: () => Tree): Tree {
    let tree = operand();
    for (let next = this.#peek(); operators.includes(next); next = this.#peek()) {
      this.#take();
      tree = binary(OPERATORS[next] as BinaryName, tree, operand());
    }
    return tree;
  }

  #factor(): Tree {
    const token = this.#take();
    if (token === '-') {
      // Of zero only the negation is printed like that: no constant is -0.
      const isConstant = /^\d/.test(this.#peek()) && Number(this.#peek()) !== 0;
      return isConstant ? number(`-${this.#take()}`) : unary('neg', this.#factor());
    }
    if (token === '(') {
      const tree = this.#sum();
      this.#expect(')');
      return tree;
    }
    if (/^\d/.test(token)) return number(token);
    const index = this.#variables.indexOf(token);
    return index >= 0 ? variable(index) : this.#call(token);
  }

  #call(name: string): Tree {
    this.#expect('(');
    const first = this.#sum();
    if (Object.hasOwn(UNARY, name)) {
      this.#expect(')');
      return unary(name as UnaryName, first);
    }
    if (!Object.hasOwn(BINARY, name)) throw new NotOurs();
    this.#expect(',');
    const second = this.#sum();
    this.#expect(')');
    return binary(name as BinaryName, first, second);
  }

  #expect(token: string): void {
    if (this.#take() !== token) throw new NotOurs();
  }

  /** The next token; '' at the end. */
  #peek(): string {
    TOKEN.lastIndex = this.#at;
    const [, digits, name, sign] = TOKEN.exec(this.#text) ?? [];
    return digits ?? name ?? sign ?? '';
  }

  #take(): string {
    const token = this.#peek();
    if (token === '') throw new NotOurs();
    this.#at = TOKEN.lastIndex;
    return token;
  }
}

function number(text: string): Tree {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new NotOurs();
  return constant(value);
}
