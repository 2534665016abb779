import { DEFAULTS } from '../evolution/settings.ts';
import type { Settings } from '../evolution/settings.ts';
import type { Problem, Samples } from './problem.ts';

const TRAINING = [-5, -2, 0, 1, 3, 7, 10];
/** Unseen points, none of them whole, within and well beyond the training range. */
const UNSEEN = Array.from({ length: 200 }, (_, index) => -31.3 + 0.3137 * index);
/** Doubles carry 16 digits and the values here four before the point: what is exact agrees to about 1e-12. */
const EXACT = 1e-9;

/** Evolves x² + 2x - 1 from seven points of it, until it is exact everywhere. */
export function quadratic(overrides: Partial<Settings> = {}): Problem {
  return {
    title: 'Evolving f(x) = x² + 2x − 1 from seven points of it',
    variables: ['x'],
    target: 'f(x)',
    notes: [
      'every candidate is a program in JavaScript, run by the node in a sandbox and judged on those points',
    ],
    grammar: {
      variables: ['x'],
      unary: ['neg', 'square', 'cube'],
      binary: ['add', 'sub', 'mul', 'div'],
      constantRange: 5,
    },
    settings: { ...DEFAULTS, ...overrides },
    error: 'absolute',
    scaling: 'none',
    training: sample(TRAINING),
    heldOut: sample(UNSEEN),
    goal: 1 - 1e-12,
    verdict: ({ maxAbsoluteError = Number.POSITIVE_INFINITY }) => ({
      reached: maxAbsoluteError <= EXACT,
      text: `largest error on ${UNSEEN.length} unseen points ${maxAbsoluteError.toExponential(1)} (at most ${EXACT})`,
    }),
  };
}

function sample(points: readonly number[]): Samples {
  return { rows: points.map((x) => [x]), targets: points.map((x) => x * x + 2 * x - 1) };
}
