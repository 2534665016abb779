/** Whether a larger or a smaller score is better. */
export type Direction = 'MAXIMISE' | 'MINIMISE';

/** A population as it is recorded. Generations count from 0. */
export type Population = {
  id: string;
  /** Whose it is; '' where nobody tells tenants apart. */
  tenant: string;
  generation: number;
  direction: Direction;
  /** '' for none. */
  parent: string;
  /** The island its individuals come from; '' for none. */
  island: string;
  labels: Readonly<Record<string, string>>;
  createdAtMs: number;
  updatedAtMs: number;
};

export type PopulationInfo = Population & { size: number };

/** An individual in a population. Its id is that of its sandbox, if it has one. */
export type Member = {
  id: string;
  /** As it was given when the individual joined; '' if it was not. */
  genomeSha256: string;
  /** The generation it joined in. */
  generation: number;
  joinedAtMs: number;
  /** The last generation it belonged to, once it has left: kept for as long as its sandbox may be. */
  leftGeneration?: number;
};

export type TestResult = { name: string; passed: boolean; score: number };

/** Why there is no score. */
export type FitnessError = { reason: string; message: string };

export type Adjustment = { delta: number; reason: string; atMs: number };

type Result = { score: number; error?: undefined } | { score?: undefined; error: FitnessError };

/** The present result of a member. History belongs elsewhere: the event stream carries it. */
export type Fitness = Result & {
  id: string;
  components: Readonly<Record<string, number>>;
  generation: number;
  evaluatedAtMs: number;
  /** Wall time, in microseconds. */
  evaluationUs: number;
  tests: readonly TestResult[];
  /** '' if unknown. Scores compare only if it is equal. */
  evaluatorSha256: string;
  /** Counts what was recorded, over all populations: of equal scores the earlier ranks first. */
  sequence: number;
  /** The newest, at most MAX_ADJUSTMENTS. */
  adjustments: readonly Adjustment[];
};

/** How an individual came to be. Never changes once recorded. */
export type Birth = {
  id: string;
  parents: readonly string[];
  /** Such as seed, mutation, crossover, migration. */
  mutationType: string;
  generation: number;
  island: string;
  population: string;
  genomeSha256: string;
  bornAtMs: number;
  /** Counts births, from 1. */
  sequence: number;
};

/** Keeps a sandbox from being collected. */
export type Pin = { id: string; reason: string; pinnedAtMs: number };

/** A former member of a population that was deleted. */
export type Orphan = { id: string; orphanedAtMs: number };

/** A population that is being restored from a checkpoint: until that is done, its id is taken, and it is not there. */
export type Restore = {
  /** Of the population. */
  id: string;
  /** What sandboxes made for it carry, so that they can be told from all others if the node ends meanwhile. */
  token: string;
};
