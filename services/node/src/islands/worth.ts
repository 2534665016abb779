import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type ClaimedFitness, ClaimedFitnessSchema } from '@petri/contracts/v1';
import type { Fitness, PopulationInfo } from '@petri/population';

export function claimOf({ score, components, evaluatorSha256 }: Fitness): ClaimedFitness | undefined {
  return score === undefined
    ? undefined
    : create(ClaimedFitnessSchema, { score, components, evaluatorSha256 });
}

export function meritOf(
  direction: PopulationInfo['direction'],
  score: number | undefined,
): number | undefined {
  return direction === 'MINIMISE' && score !== undefined ? -score : score;
}

/** The parts of the score in the order of their names. */
export function behaviourOf(components: Readonly<Record<string, number>>): number[] {
  return Object.keys(components)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => components[name]!);
}

/** Of what its cases and the parts of its score were under one evaluator; empty if there is neither. */
export function behaviourSha256({ components, tests, evaluatorSha256 }: Fitness): string {
  const parts = Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (parts.length === 0 && tests.length === 0) return '';
  const cases = tests.map(({ name, passed, score }) => [name, passed, score]);
  return createHash('sha256')
    .update(JSON.stringify([evaluatorSha256, parts, cases]))
    .digest('hex');
}
