import { fileURLToPath } from 'node:url';
import { loadTable } from '../csv/file.ts';
import type { Table } from '../csv/table.ts';
import { DEFAULTS } from '../evolution/settings.ts';
import type { Settings } from '../evolution/settings.ts';
import type { Problem, Samples } from './problem.ts';

const FILE = fileURLToPath(new URL('../../data/planets.csv', import.meta.url));
/** Inside the training range, and beyond it: Pluto is farther out than any planet the law is learned from. */
const HELD_OUT = ['Earth', 'Saturn', 'Uranus', 'Pluto'];
/** The planets follow the law to 0.03 % (root mean square); a search that asked for more would fit their mutual pull. */
const TRAINING_ERROR = 0.001;
/** Held-out axes span a factor of 40, over which an exponent wrong by 0.003 is already off by 1 %. */
const HELD_OUT_ERROR = 0.01;

/** Rediscovers T² = a³ from the published axes and periods of the planets, coefficient and all. */
export async function kepler(overrides: Partial<Settings> = {}): Promise<Problem> {
  const table = await loadTable(FILE, 'sidereal_period_days');
  return {
    title: "Rediscovering Kepler's third law from the orbits of five planets",
    variables: table.columns,
    target: table.target,
    notes: [
      `to be found: a period grows as the 1.5th power of the axis (Kepler, 1619); held out: ${HELD_OUT.join(', ')}`,
    ],
    // The root is the only function offered beyond arithmetic: that a·√a is the shape, and 365 the coefficient, is to be found.
    grammar: { variables: ['a'], unary: ['sqrt'], binary: ['add', 'sub', 'mul', 'div'], constantRange: 10 },
    settings: { ...DEFAULTS, ...overrides },
    error: 'relative',
    scaling: 'none',
    training: bodies(table, (label) => !HELD_OUT.includes(label)),
    heldOut: bodies(table, (label) => HELD_OUT.includes(label)),
    goal: 1 / (1 + TRAINING_ERROR),
    verdict: ({ maxRelativeError = Number.POSITIVE_INFINITY }) => ({
      reached: maxRelativeError < HELD_OUT_ERROR,
      text: `largest relative error on held-out bodies ${percent(maxRelativeError)} (below ${percent(HELD_OUT_ERROR)})`,
    }),
  };
}

function bodies({ labels = [], rows, targets }: Table, wanted: (label: string) => boolean): Samples {
  const chosen = labels.flatMap((label, index) => (wanted(label) ? [index] : []));
  return {
    labels: chosen.map((index) => labels[index] as string),
    rows: chosen.map((index) => rows[index] as readonly number[]),
    targets: chosen.map((index) => targets[index] as number),
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)} %`;
}
