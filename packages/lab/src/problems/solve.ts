import { Assessor } from '../evolution/assessor.ts';
import type { Outcome, Evaluator } from '../evolution/evaluator.ts';
import { evolve } from '../evolution/evolve.ts';
import type { Evolution, GenerationReport } from '../evolution/evolve.ts';
import type { Individual } from '../evolution/individual.ts';
import { interpret } from '../gp/interpret.ts';
import { printExpression, printModule } from '../gp/print.ts';
import { readable } from '../gp/readable.ts';
import { binary, constant } from '../gp/tree.ts';
import type { Tree } from '../gp/tree.ts';
import { fitnessData } from './problem.ts';
import type { Problem, Verdict } from './problem.ts';

export interface SolveOptions {
  readonly problem: Problem;
  readonly evaluator: Evaluator;
  readonly seed: string;
  readonly signal: AbortSignal;
  readonly onGeneration: (report: GenerationReport) => void;
}

export interface Solution {
  readonly problem: Problem;
  readonly evolution: Evolution;
  /** The best program, with its data's units worked in, as evaluated on the held-out rows. */
  readonly tree: Tree;
  readonly source: string;
  /** The same as a formula to read. */
  readonly formula: string;
  readonly heldOut: { readonly outcome: Outcome; readonly components: Readonly<Record<string, number>> };
  readonly verdict: Verdict;
  /** What the formula says of each held-out row. */
  readonly predictions: readonly Prediction[];
}

export interface Prediction {
  readonly label?: string;
  readonly actual: number;
  readonly predicted: number;
}

/** Significant digits of a formula's constants for reading. */
const DIGITS = 6;

/** Evolves a program for the problem, then has the evaluator judge it on the rows that evolution never saw. */
export async function solve({
  problem,
  evaluator,
  seed,
  signal,
  onGeneration,
}: SolveOptions): Promise<Solution> {
  const { grammar, settings, goal, training, scaling } = problem;
  const data = fitnessData(problem, training, scaling);
  const search = evolve({ grammar, settings, data, evaluator, seed, goal, signal });
  let step = await search.next();
  while (!step.done) {
    onGeneration(step.value);
    step = await search.next();
  }
  return conclude({ problem, evaluator, signal }, step.value);
}

/** The best of a search, judged on the rows that it never saw. */
export async function conclude(
  { problem, evaluator, signal }: Pick<SolveOptions, 'problem' | 'evaluator' | 'signal'>,
  evolution: Evolution,
): Promise<Solution> {
  const { grammar, training, heldOut } = problem;
  const tree = calibrated(evolution.last.best);
  const source = printModule(tree, grammar.variables);
  const judge = new Assessor({ evaluator, data: fitnessData(problem, heldOut, 'none') });
  const [judged] = await judge.assess([source], signal);
  const { outcome, components } = judged ?? { outcome: 'CANCELLED', components: {} };
  return {
    problem,
    evolution,
    tree,
    source,
    formula: printExpression(readable(tree, training.rows), grammar.variables, { digits: DIGITS }),
    heldOut: { outcome, components },
    verdict: problem.verdict(components),
    predictions: heldOut.rows.map((row, index) => ({
      ...(heldOut.labels && { label: heldOut.labels[index] as string }),
      actual: heldOut.targets[index] as number,
      predicted: interpret(tree, row),
    })),
  };
}

/** The tree with the slope and intercept that its fitness was judged under. */
function calibrated({ tree, components }: Individual): Tree {
  const { slope = 1, intercept = 0 } = components;
  const scaled = slope === 1 ? tree : binary('mul', constant(slope), tree);
  return intercept === 0 ? scaled : binary('add', scaled, constant(intercept));
}
