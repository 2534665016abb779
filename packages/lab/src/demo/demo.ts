import { attack } from '../containment/containment.ts';
import type { Evaluator } from '../evolution/evaluator.ts';
import { fileProblem } from '../problems/file.ts';
import { kepler } from '../problems/kepler.ts';
import type { Problem } from '../problems/problem.ts';
import { quadratic } from '../problems/quadratic.ts';
import { solve } from '../problems/solve.ts';
import { printContainment } from '../report/containment.ts';
import type { Output } from '../report/output.ts';
import { Progress } from '../report/progress.ts';
import { printSolution } from '../report/solution.ts';
import { printSummary } from '../report/summary.ts';
import type { Options } from './options.ts';
import type { PartResult } from './result.ts';

export interface Stage {
  readonly evaluator: Evaluator;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** One part of the demo, ready to run. */
export type Step = (stage: Stage) => Promise<PartResult>;

/** The parts asked for. Every file is loaded here, so that a wrong one is known before a node is started. */
export async function planDemo({ parts, data, seed, settings }: Options): Promise<Step[]> {
  if (data !== undefined) return [search('data', await fileProblem({ ...data, seed, settings }), seed)];
  return await Promise.all(
    parts.map(async (part): Promise<Step> => {
      if (part === 'quadratic') return search(part, quadratic(settings), seed);
      if (part === 'kepler') return search(part, await kepler(settings), seed);
      return contain(seed);
    }),
  );
}

/** Runs the steps one after another, printing each as it goes. */
export async function runDemo(steps: readonly Step[], stage: Stage): Promise<PartResult[]> {
  const { output, signal } = stage;
  const results: PartResult[] = [];
  for (const step of steps) {
    if (signal.aborted) break;
    if (results.length > 0) output.line();
    results.push(await step(stage));
  }
  output.line();
  printSummary(results, output);
  return results;
}

function search(part: string, problem: Problem, seed: string): Step {
  return async ({ evaluator, output, signal }) => {
    output.line(output.paint('bold', problem.title));
    for (const note of problem.notes) output.line(`  ${note}`);
    const progress = new Progress(output, problem.settings.generations);
    const onGeneration = progress.show.bind(progress);
    const solution = await solve({ problem, evaluator, seed, signal, onGeneration });
    output.clearStatus();
    printSolution(solution, output);
    return { part, kind: 'solution', passed: solution.verdict.reached, solution };
  };
}

function contain(seed: string): Step {
  return async ({ evaluator, output, signal }) => {
    output.line(output.paint('bold', 'Containment: hostile programs among innocent ones'));
    output.status('  evaluating');
    const report = await attack({ evaluator, seed, signal });
    output.clearStatus();
    printContainment(report, output);
    return { part: 'containment', kind: 'containment', passed: report.passed, report };
  };
}
