import { attack } from '../containment/containment.ts';
import { CALL_TIMEOUT_MS, MEMORY_BYTES } from '../node/limits.ts';
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
import type { Connection } from './connection.ts';
import type { Isolation, Options } from './options.ts';
import type { DemoResult, PartResult } from './result.ts';

export interface Stage {
  readonly connection: Pick<Connection, 'evaluator' | 'kills'>;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Formulas are many and small: what counts is how many a node judges in a second. */
const EVOLUTION_ISOLATION: Isolation = 'realm';
const CONTAINMENT_ISOLATION: Isolation = 'isolate';

const BOUNDS = `, within ${MEMORY_BYTES / 2 ** 20} MiB and ${CALL_TIMEOUT_MS} ms`;

/** One part of the demo, ready to run. */
export type Step = (stage: Stage) => Promise<PartResult>;

/** The parts asked for. Every file is loaded here, so that a wrong one is known before a node is started. */
export async function planDemo({ parts, data, seed, settings, isolation }: Options): Promise<Step[]> {
  const evolve = (part: string, problem: Problem): Step =>
    search(part, problem, seed, isolation ?? EVOLUTION_ISOLATION);
  if (data !== undefined) return [evolve('data', await fileProblem({ ...data, seed, settings }))];
  return await Promise.all(
    parts.map(async (part): Promise<Step> => {
      if (part === 'quadratic') return evolve(part, quadratic(settings));
      if (part === 'kepler') return evolve(part, await kepler(settings));
      return contain(seed, isolation ?? CONTAINMENT_ISOLATION);
    }),
  );
}

/** Runs the steps one after another, printing each as it goes. */
export async function runDemo(steps: readonly Step[], stage: Stage): Promise<DemoResult> {
  const { connection, output, signal } = stage;
  const started = performance.now();
  const results: PartResult[] = [];
  for (const step of steps) {
    signal.throwIfAborted();
    output.line();
    results.push(await step(stage));
  }
  output.line();
  const workersLost = await connection.kills();
  const result = { results, workersLost, elapsedMs: performance.now() - started };
  printSummary(result, output);
  return result;
}

function search(part: string, problem: Problem, seed: string, isolation: Isolation): Step {
  return async ({ connection, output, signal }) => {
    const evaluator = connection.evaluator(isolation);
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

function contain(seed: string, isolation: Isolation): Step {
  return async ({ connection, output, signal }) => {
    const evaluator = connection.evaluator(isolation);
    output.line(
      output.paint('bold', 'Containment: programs written to do harm, in one batch with innocent ones'),
    );
    output.line(`  each runs in ${isolation === 'isolate' ? 'an isolate' : 'a realm'} of its own${BOUNDS}`);
    output.status('  the hostile programs are running into their limits');
    const report = await attack({ evaluator, seed, signal });
    output.clearStatus();
    printContainment(report, output);
    return { part: 'containment', kind: 'containment', passed: report.passed, report };
  };
}
