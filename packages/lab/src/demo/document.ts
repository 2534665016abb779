import type { ContainmentReport } from '../containment/containment.ts';
import type { Solution } from '../problems/solve.ts';
import { kills } from '../report/solution.ts';
import type { DemoResult } from './result.ts';

/** The demo's results as one JSON document. */
export function toDocument({ results, workersLost }: DemoResult, seed: string): string {
  const parts = results.map((result) => ({
    part: result.part,
    passed: result.passed,
    ...(result.kind === 'solution' ? solutionFields(result.solution) : containmentFields(result.report)),
  }));
  return JSON.stringify(
    { seed, passed: results.every(({ passed }) => passed), parts, workersLost },
    undefined,
    2,
  );
}

function solutionFields({
  problem,
  evolution,
  formula,
  source,
  heldOut,
  verdict,
  predictions,
}: Solution): object {
  const { last, stop } = evolution;
  return {
    title: problem.title,
    target: problem.target,
    variables: problem.variables,
    formula,
    genome: source,
    size: last.best.size,
    trainingScore: last.best.score,
    heldOut,
    verdict: verdict.text,
    predictions: predictions.some(({ label }) => label !== undefined) ? predictions : undefined,
    stop,
    generations: last.generation + 1,
    restarts: last.restarts,
    evaluations: last.evaluations,
    cached: last.cached,
    elapsedMs: Math.round(last.elapsedMs),
    evaluationsPerSecond: Math.round(last.evaluationsPerSecond),
    outcomes: last.outcomes,
    kills: kills(last.outcomes),
  };
}

function containmentFields({
  hostiles,
  innocents,
  right,
  wrong,
  lost,
  outcomes,
  servesAfterwards,
}: ContainmentReport): object {
  return {
    hostiles: hostiles.map(({ hostile, evaluation, contained }) => ({
      name: hostile.name,
      contained,
      ...evaluation,
    })),
    innocents,
    right,
    wrong,
    lost,
    outcomes,
    kills: kills(outcomes),
    servesAfterwards,
  };
}
