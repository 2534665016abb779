import type { PartResult } from '../demo/result.ts';
import { align, count, tally } from './format.ts';
import type { Output } from './output.ts';
import { kills } from './solution.ts';

/** Prints one row per part: what the whole run came to. */
export function printSummary(results: readonly PartResult[], output: Output): void {
  const header = ['part', 'result', 'generations', 'evaluations', 'per second', 'kills'];
  const rows = results.map((result): string[] => {
    const status = result.passed ? 'reached' : 'NOT REACHED';
    if (result.kind === 'containment') {
      const outcomes = result.report.hostiles.flatMap(({ evaluation }) => evaluation?.outcome ?? []);
      const counts = Object.fromEntries(
        outcomes.map((outcome) => [outcome, outcomes.filter((o) => o === outcome).length]),
      );
      const evaluated = 2 * result.report.innocents + result.report.hostiles.length;
      return [result.part, status, '–', count(evaluated), '–', tally(kills(counts))];
    }
    const { last } = result.solution.evolution;
    const figures = [count(last.generation + 1), count(last.evaluations), count(last.evaluationsPerSecond)];
    return [result.part, status, ...figures, tally(kills(last.outcomes))];
  });
  for (const line of align([header, ...rows], [2, 3, 4])) output.line(line);
}
