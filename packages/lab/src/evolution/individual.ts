import type { Tree } from '../gp/tree.ts';
import type { Outcome } from './evaluator.ts';

/** A program that nobody has evaluated yet. */
export interface Offspring {
  readonly tree: Tree;
  /** Ids of the nearest ancestors that are recorded somewhere; none where nobody records. */
  readonly descent: readonly string[];
}

/** A program and what evaluation said of it. */
export interface Individual extends Offspring {
  readonly source: string;
  readonly size: number;
  readonly outcome: Outcome;
  /** 0 to 1; 0 when the run did not complete. */
  readonly score: number;
  readonly components: Readonly<Record<string, number>>;
}

/** Scores closer than this are equal, and the smaller program is then the better. Far below a visible improvement. */
const SAME_SCORE = 1e-9;

/** Negative when `a` is the better: higher score, then fewer nodes. A total preorder, fit for sorting. */
export function compare(a: Individual, b: Individual): number {
  return bucket(b) - bucket(a) || a.size - b.size;
}

function bucket({ score }: Individual): number {
  return Math.round(score / SAME_SCORE);
}
