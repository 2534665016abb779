import { compare } from './individual.ts';
import type { Individual } from './individual.ts';
import type { Rng } from './rng.ts';

/** The best of `rounds` individuals drawn with replacement. */
export function tournament(population: readonly Individual[], rounds: number, rng: Rng): Individual {
  let best = rng.pick(population);
  for (let round = 1; round < rounds; round++) {
    const challenger = rng.pick(population);
    if (compare(challenger, best) < 0) best = challenger;
  }
  return best;
}

/** The `count` best, no two of the same source. */
export function elite(population: readonly Individual[], count: number): Individual[] {
  const chosen = new Map<string, Individual>();
  for (const individual of [...population].sort(compare)) {
    if (chosen.size >= count) break;
    if (!chosen.has(individual.source)) chosen.set(individual.source, individual);
  }
  return [...chosen.values()];
}
