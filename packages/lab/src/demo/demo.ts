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

export interface DemoOptions {
  readonly options: Options;
  readonly evaluator: Evaluator;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Runs the parts asked for, one after another, and prints each as it goes. */
export async function runDemo(demo: DemoOptions): Promise<PartResult[]> {
  const results: PartResult[] = [];
  for (const prepare of await steps(demo.options)) {
    demo.output.line();
    results.push(await prepare(demo));
    if (demo.signal.aborted) break;
  }
  demo.output.line();
  printSummary(results, demo.output);
  return results;
}

type Step = (demo: DemoOptions) => Promise<PartResult>;

/** Loads every file first, so that a wrong one is known before anything runs. */
async function steps({ parts, data, seed, settings }: Options): Promise<Step[]> {
  if (data !== undefined) return [search('data', await fileProblem({ ...data, seed, settings }))];
  return await Promise.all(
    parts.map(async (part): Promise<Step> => {
      if (part === 'quadratic') return search(part, quadratic(settings));
      if (part === 'kepler') return search(part, await kepler(settings));
      return contain;
    }),
  );
}

function search(part: string, problem: Problem): Step {
  return async ({ options, evaluator, output, signal }) => {
    output.line(output.paint('bold', problem.title));
    for (const note of problem.notes) output.line(`  ${note}`);
    const progress = new Progress(output, problem.settings.generations);
    const onGeneration = progress.show.bind(progress);
    const solution = await solve({ problem, evaluator, seed: options.seed, signal, onGeneration });
    output.clearStatus();
    printSolution(solution, output);
    return { part, kind: 'solution', passed: solution.verdict.reached, solution };
  };
}

async function contain({ options, evaluator, output, signal }: DemoOptions): Promise<PartResult> {
  output.line(output.paint('bold', 'Containment: hostile programs among innocent ones'));
  output.status('  evaluating');
  const report = await attack({ evaluator, seed: options.seed, signal });
  output.clearStatus();
  printContainment(report, output);
  return { part: 'containment', kind: 'containment', passed: report.passed, report };
}
