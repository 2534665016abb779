/** What policies know of an individual. */
export type Individual = {
  id: string;
  genomeSha256: string;
  /** How good it is; more is better, whichever way its population counts. Undefined before it was evaluated. */
  merit: number | undefined;
  /** Where it is in the space of behaviours, such as the parts of its score in the order of their names. */
  behaviour: readonly number[];
};

export type Evaluated = Individual & { merit: number };

export function isEvaluated(individual: Individual): individual is Evaluated {
  return individual.merit !== undefined;
}

/** Best first; of equals the one with the lower id, so that every run chooses the same. */
export function byMerit(a: Evaluated, b: Evaluated): number {
  return b.merit - a.merit || (a.id < b.id ? -1 : 1);
}

/** Euclidean; between those of unknown behaviour 1, or 0 if the genome is the same. */
export function distance(a: Individual, b: Individual): number {
  const length = Math.max(a.behaviour.length, b.behaviour.length);
  if (length === 0) return Number(a.genomeSha256 !== b.genomeSha256);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += ((a.behaviour[i] ?? 0) - (b.behaviour[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
}
