import type { Settings } from '../evolution/settings.ts';
import type { FitnessData } from '../evolution/evaluator.ts';
import type { Grammar } from '../gp/primitives.ts';

export interface Samples {
  readonly rows: readonly (readonly number[])[];
  readonly targets: readonly number[];
  /** What each row is about, where the data say. */
  readonly labels?: readonly string[];
}

/** What error a problem is judged by; see the fitness program. */
type ErrorKind = 'absolute' | 'relative';
export type Scaling = 'none' | 'proportional' | 'linear';

/** Something to find a formula for. */
export interface Problem {
  readonly title: string;
  /** The variables' and the target's own names, for reports; the grammar's identifiers are made from them. */
  readonly variables: readonly string[];
  readonly target: string;
  /** Things about the data that a reader of the result should know. */
  readonly notes: readonly string[];
  readonly grammar: Grammar;
  readonly settings: Settings;
  readonly error: ErrorKind;
  readonly scaling: Scaling;
  readonly training: Samples;
  /** Never seen by evolution; the verdict is over these. */
  readonly heldOut: Samples;
  /** Training score at which the search stops. */
  readonly goal: number;
  readonly verdict: (heldOut: Readonly<Record<string, number>>) => Verdict;
}

export interface Verdict {
  readonly reached: boolean;
  /** The measured figure beside the bound it was held to. */
  readonly text: string;
}

/** What the fitness program is told: `training` under the problem's scaling, anything else as it is. */
export function fitnessData(problem: Problem, samples: Samples, scaling: Scaling): FitnessData {
  return { rows: samples.rows, targets: samples.targets, error: problem.error, scaling };
}
