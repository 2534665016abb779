import { byMerit, distance, type Evaluated, type Individual, isEvaluated } from './individual.ts';
import { type Random, sample } from './random.ts';

/** Who emigrates. `size` is the number of contestants of a tournament. */
export type Selection = { kind: 'BEST' | 'RANDOM' | 'NOVELTY' } | { kind: 'TOURNAMENT'; size: number };

/** Neighbours that novelty is measured by. */
const NEIGHBOURS = 3;

/**
 * At most `count` individuals, no two of the same genome: an island that has many copies of one sends one. Nobody
 * emigrates before it was evaluated.
 */
export function select(
  selection: Selection,
  population: readonly Individual[],
  count: number,
  random: Random,
): Evaluated[] {
  const candidates = distinct(population.filter(isEvaluated).toSorted(byMerit));
  switch (selection.kind) {
    case 'BEST':
      return candidates.slice(0, count);
    case 'RANDOM':
      return sample(candidates, count, random);
    case 'NOVELTY':
      return byNovelty(candidates).slice(0, count);
    case 'TOURNAMENT':
      return tournaments(candidates, count, selection.size, random);
  }
}

function tournaments(
  candidates: readonly Evaluated[],
  count: number,
  size: number,
  random: Random,
): Evaluated[] {
  const left = [...candidates];
  const winners: Evaluated[] = [];
  while (winners.length < count && left.length > 0) {
    const [winner] = sample(left, Math.max(1, size), random).toSorted(byMerit);
    winners.push(winner!);
    left.splice(left.indexOf(winner!), 1);
  }
  return winners;
}

/** Those first that are farthest, on average, from their nearest neighbours. */
function byNovelty(candidates: readonly Evaluated[]): Evaluated[] {
  const novelty = new Map(
    candidates.map((candidate) => {
      const others = candidates.filter((other) => other !== candidate);
      const nearest = others.map((other) => distance(candidate, other)).toSorted((a, b) => a - b);
      const counted = nearest.slice(0, NEIGHBOURS);
      return [candidate, counted.reduce((sum, value) => sum + value, 0) / Math.max(1, counted.length)];
    }),
  );
  return candidates.toSorted((a, b) => novelty.get(b)! - novelty.get(a)! || byMerit(a, b));
}

function distinct(sorted: readonly Evaluated[]): Evaluated[] {
  return [...new Map(sorted.toReversed().map((one) => [one.genomeSha256, one])).values()].toSorted(byMerit);
}
