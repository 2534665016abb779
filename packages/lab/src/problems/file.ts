import { loadTable } from '../csv/file.ts';
import { identifiers } from '../csv/identifier.ts';
import type { Table } from '../csv/table.ts';
import { Rng } from '../evolution/rng.ts';
import { DEFAULTS } from '../evolution/settings.ts';
import type { Settings } from '../evolution/settings.ts';
import { RESERVED_NAMES } from '../gp/print.ts';
import type { Problem, Samples } from './problem.ts';

/** Share of the rows held out. */
const HELD_OUT_SHARE = 0.25;
/** Rows that candidates are judged on; more cost time in every evaluation and seldom change who fits best. */
const MAX_TRAINING_ROWS = 300;
/** Measured data are seldom fitted exactly, so most searches run to their end: it should come within half a minute. */
const GENERATIONS = 60;
/** A training error of 0.01 % of the targets' spread: nothing is left to find. */
const TRAINING_ERROR = 1e-4;

export interface FileOptions {
  readonly path: string;
  readonly target: string;
  /** R² that the formula must reach on the held-out rows. */
  readonly minR2: number;
  readonly seed: string;
  readonly settings?: Partial<Settings>;
}

/** A formula for one column of the user's own file from its other columns. Throws `DataError` for an unusable file. */
export async function fileProblem({
  path,
  target,
  minR2,
  seed,
  settings = {},
}: FileOptions): Promise<Problem> {
  const table = await loadTable(path, target);
  const { training, heldOut } = split(table, seed);
  return {
    title: `Looking for a formula for ${target} in ${path}`,
    variables: table.columns,
    target,
    notes: notes(table, training, heldOut),
    grammar: {
      variables: identifiers(table.columns, RESERVED_NAMES),
      unary: ['square', 'sqrt', 'log', 'exp', 'sin'],
      binary: ['add', 'sub', 'mul', 'div'],
      constantRange: 10,
    },
    settings: {
      ...DEFAULTS,
      limits: { maxDepth: 7, maxSize: 30 },
      generations: GENERATIONS,
      patience: 12,
      ...settings,
    },
    error: 'absolute',
    scaling: 'linear',
    training,
    heldOut,
    goal: 1 / (1 + TRAINING_ERROR),
    verdict: ({ r2 = Number.NEGATIVE_INFINITY }) => ({
      reached: r2 >= minR2,
      text: `R² on ${heldOut.targets.length} held-out rows ${r2.toFixed(4)} (at least ${minR2})`,
    }),
  };
}

function split(table: Table, seed: string): { training: Samples; heldOut: Samples } {
  const order = Rng.of(seed, 'split').shuffled(table.rows.map((_, index) => index));
  const held = Math.max(2, Math.round(order.length * HELD_OUT_SHARE));
  return {
    heldOut: choose(table, order.slice(0, held)),
    training: choose(table, order.slice(held, held + MAX_TRAINING_ROWS)),
  };
}

/** In the file's order, so that reports read like the file. */
function choose({ labels, rows, targets }: Table, indices: readonly number[]): Samples {
  const sorted = indices.toSorted((a, b) => a - b);
  return {
    rows: sorted.map((index) => rows[index] as readonly number[]),
    targets: sorted.map((index) => targets[index] as number),
    ...(labels && { labels: sorted.map((index) => labels[index] as string) }),
  };
}

function notes(table: Table, training: Samples, heldOut: Samples): string[] {
  const rows = `${training.rows.length} rows to learn from, ${heldOut.rows.length} held out, of ${table.rows.length}`;
  if (table.leftOut.length === 0) return [rows];
  return [rows, `left out, as they hold no numbers: ${table.leftOut.join(', ')}`];
}
