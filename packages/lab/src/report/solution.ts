import { KILLS } from '../evolution/evaluator.ts';
import type { Outcome } from '../evolution/evaluator.ts';
import { interpret } from '../gp/interpret.ts';
import type { Solution } from '../problems/solve.ts';
import { align, count, figure, percent, seconds, tally } from './format.ts';
import type { Output } from './output.ts';
import { powerLaw } from './power.ts';

/** Held-out rows shown one by one, if they have names. */
const SHOWN_ROWS = 12;

const STOPS = {
  GOAL: 'goal reached',
  GENERATIONS: 'out of generations',
  ABORTED: 'interrupted',
} as const;

/** Prints what was found, how good it is on what evolution never saw, and what the search cost. */
export function printSolution(solution: Solution, output: Output): void {
  const { evolution, heldOut, verdict } = solution;
  const { last } = evolution;
  const restarts =
    last.restarts === 0 ? '' : `, ${last.restarts} ${last.restarts === 1 ? 'restart' : 'restarts'}`;
  const mark = verdict.reached ? output.paint('green', 'reached') : output.paint('red', 'not reached');
  const outcome = heldOut.outcome === 'COMPLETED' ? '' : ` (the run ended ${heldOut.outcome})`;
  const facts = [
    ['formula', output.paint('bold', `${solution.problem.target} = ${solution.formula}`)],
    ...legend(solution),
    ...likeness(solution),
    ['held out', `${verdict.text}${outcome}: ${mark}`],
    ['generations', `${count(last.generation + 1)} (${STOPS[evolution.stop]}${restarts})`],
    [
      'evaluations',
      `${count(last.evaluations)} in ${seconds(last.elapsedMs)}, ${count(last.evaluationsPerSecond)} per second; ${count(last.cached)} repeats came from the cache`,
    ],
    ['outcomes', tally(last.outcomes)],
    ['kills', tally(kills(last.outcomes))],
  ];
  for (const line of align(facts)) output.line(`  ${line}`);
  printPredictions(solution, output);
  output.line(`  best genome, as it ran (${last.best.size} nodes, score ${last.best.score.toFixed(6)}):`);
  for (const line of solution.source.trimEnd().split('\n'))
    output.line(output.paint('dim', `    ${line}`.trimEnd()));
}

export function kills(
  outcomes: Readonly<Partial<Record<Outcome, number>>>,
): Partial<Record<Outcome, number>> {
  return Object.fromEntries(KILLS.map((outcome) => [outcome, outcomes[outcome] ?? 0]));
}

/** Which column each identifier of the formula stands for, where they differ. */
function legend({ problem, formula }: Solution): string[][] {
  const renamed = problem.grammar.variables.flatMap((identifier, index) => {
    const name = problem.variables[index];
    const used = new RegExp(`\\b${identifier}\\b`).test(formula);
    return name !== undefined && used && name !== identifier ? [`${identifier} = ${name}`] : [];
  });
  return renamed.length > 0 ? [['where', renamed.join(', ')]] : [];
}

function likeness({ problem, tree }: Solution): string[][] {
  const rows = [...problem.training.rows, ...problem.heldOut.rows];
  const law = powerLaw((row) => interpret(tree, row), { rows });
  if (law === undefined) return [];
  const [name = 'x'] = problem.grammar.variables;
  return [['power law', `${figure(law.coefficient)} · ${name}^${law.exponent.toFixed(4)}`]];
}

function printPredictions({ predictions }: Solution, output: Output): void {
  const named = predictions.filter(({ label }) => label !== undefined).slice(0, SHOWN_ROWS);
  const rows = named.map(({ label = '', actual, predicted }) => {
    const error = actual === 0 ? figure(predicted - actual) : percent(predicted / actual - 1);
    return [label, figure(actual), figure(predicted), error];
  });
  if (rows.length === 0) return;
  for (const line of align([['held out', 'actual', 'predicted', 'error'], ...rows], [1, 2, 3]))
    output.line(`    ${line}`);
}
