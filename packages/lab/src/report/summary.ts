import type { DemoResult, PartResult } from '../demo/result.ts';
import type { Outcome } from '../evolution/evaluator.ts';
import { align, count, seconds, sum, tally, total } from './format.ts';
import type { Output } from './output.ts';
import { kills } from './solution.ts';

type Counts = Readonly<Partial<Record<Outcome, number>>>;

/** Prints one row per part, and what the whole run came to. */
export function printSummary({ results, workersLost, elapsedMs }: DemoResult, output: Output): void {
  const header = ['part', 'result', 'generations', 'evaluations', 'per second', 'kills', 'what came of it'];
  const [head = '', ...rows] = align([header, ...results.map(row)], [2, 3, 4, 5]);
  output.line(output.paint('bold', head));
  for (const line of rows) output.line(line);
  output.line();
  const outcomes = total(results.map(outcomesOf));
  const lost = sum(workersLost);
  const facts = [
    ['outcomes', tally(outcomes)],
    ['kills by reason', tally(kills(outcomes))],
    ['worker processes', lost === 0 ? 'none lost' : `${lost} killed and replaced: ${tally(workersLost)}`],
  ];
  for (const line of align(facts)) output.line(line);
  output.line();
  const passed = results.filter((result) => result.passed).length;
  const targets = results.length === 1 ? 'target' : 'targets';
  const verdict = `${passed} of ${results.length} ${targets} reached in ${seconds(elapsedMs)}`;
  output.line(output.paint(passed === results.length ? 'green' : 'red', verdict));
}

function row(result: PartResult): string[] {
  const status = result.passed ? 'reached' : 'NOT REACHED';
  const outcomes = outcomesOf(result);
  const killed = count(sum(kills(outcomes)));
  if (result.kind === 'containment') {
    const { hostiles, right, innocents } = result.report;
    const held = hostiles.filter(({ contained }) => contained).length;
    const came = `${held} of ${hostiles.length} hostile contained, ${count(right)} of ${count(innocents)} others right`;
    return [result.part, status, '–', count(sum(outcomes)), '–', killed, came];
  }
  const { problem, formula, evolution } = result.solution;
  const { generation, evaluations, evaluationsPerSecond } = evolution.last;
  const figures = [count(generation + 1), count(evaluations), count(evaluationsPerSecond)];
  return [result.part, status, ...figures, killed, `${problem.target} = ${formula}`];
}

function outcomesOf(result: PartResult): Counts {
  return result.kind === 'containment' ? result.report.outcomes : result.solution.evolution.last.outcomes;
}
