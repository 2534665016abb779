import { KILLS } from '../evolution/evaluator.ts';
import type { Outcome } from '../evolution/evaluator.ts';

/** A program written to harm its host, and the verdicts that count as containing it. */
export interface Hostile {
  readonly name: string;
  /** What it would do to a process that trusted it. */
  readonly threat: string;
  readonly source: string;
  readonly contained: readonly Outcome[];
}

/** Which limit a program meets first depends on the machine; that one of them ends it does not. */
const ENDED = KILLS;

/** One program per way in which a guest is known to take a process down, whatever V8's own limits say. */
export const HOSTILES: readonly Hostile[] = [
  hostile('endless loop', 'never returns', ENDED, 'for (;;) {}'),
  hostile(
    'uninterruptible loop',
    'an unrolled loop of allocations in which V8 polls for no interrupt',
    ENDED,
    'let kept; for (;;) kept = Array(1000);',
  ),
  hostile(
    'endless microtasks',
    'starves everything that waits for the event loop',
    ENDED,
    'const spin = () => Promise.resolve().then(spin); return spin();',
  ),
  hostile(
    'memory bomb (arrays)',
    'grows the heap until the machine is out of memory',
    ENDED,
    'const kept = []; for (;;) kept.push(new Array(1e5).fill(1));',
  ),
  hostile(
    'memory bomb (Map)',
    'a growing Map passes the heap limit inside one allocation and aborts V8',
    ENDED,
    'const kept = new Map(); for (let i = 0; ; i++) kept.set(i, { i });',
  ),
  hostile(
    'V8 abort',
    'asks for half a billion one-letter strings at once: V8 aborts its process',
    ENDED,
    "return 'a'.repeat(5e8).split('').length;",
  ),
  hostile(
    'output bomb',
    'returns a quarter of a gigabyte for its host to copy',
    ENDED,
    "return 'x'.repeat(2 ** 28);",
  ),
  hostile(
    'forger',
    'patches what a scorer in the same realm would rely on, and answers with a score instead of predictions',
    ['COMPLETED', 'THREW', 'INVALID_RESULT'],
    "Array.prototype.map = Array.prototype.reduce = () => 0; Math.sqrt = () => 0; JSON.stringify = () => '1';\n" +
      '  return { score: 1, length: rows.length, toJSON: () => ({ score: 1 }) };',
  ),
];

function hostile(name: string, threat: string, contained: readonly Outcome[], body: string): Hostile {
  return { name, threat, contained, source: `export function predictAll(rows) {\n  ${body}\n}\n` };
}
