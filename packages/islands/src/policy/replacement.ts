import { byMerit, distance, type Evaluated, type Individual, isEvaluated } from './individual.ts';
import { type Random, sample } from './random.ts';

/** Who gives way to an immigrant. */
export type Replacement = 'WORST' | 'RANDOM' | 'IF_BETTER' | 'MOST_SIMILAR';

/** `givesWay` is the id of a resident, or undefined while there is room. */
export type Placement = { admitted: true; givesWay: string | undefined } | { admitted: false };

/** `capacity` is in members; 0 is no bound. The best resident gives way only to somebody at least as good. */
export function place(
  replacement: Replacement,
  residents: readonly Individual[],
  immigrant: Evaluated,
  capacity: number,
  random: Random,
): Placement {
  if (capacity === 0 || residents.length < capacity) return { admitted: true, givesWay: undefined };
  const ranked = residents.filter(isEvaluated).toSorted(byMerit);
  const [best] = ranked;
  const replaceable = residents.filter((resident) => resident !== best || best.merit <= immigrant.merit);
  const loser = choose(replacement, replaceable, immigrant, random);
  if (!loser) return { admitted: false };
  const better = loser.merit === undefined || immigrant.merit > loser.merit;
  return replacement === 'IF_BETTER' && !better
    ? { admitted: false }
    : { admitted: true, givesWay: loser.id };
}

function choose(
  replacement: Replacement,
  residents: readonly Individual[],
  immigrant: Evaluated,
  random: Random,
): Individual | undefined {
  switch (replacement) {
    case 'WORST':
    case 'IF_BETTER':
      // Who was not evaluated yet may be good: it goes only if there is nobody else.
      return residents.filter(isEvaluated).toSorted(byMerit).at(-1) ?? residents[0];
    case 'RANDOM':
      return sample(residents, 1, random)[0];
    case 'MOST_SIMILAR':
      return residents
        .map((resident) => ({ resident, away: distance(resident, immigrant) }))
        .toSorted((a, b) => a.away - b.away || (a.resident.id < b.resident.id ? -1 : 1))[0]?.resident;
  }
}
