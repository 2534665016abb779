import type {
  GetPopulationStatisticsResponse,
  Member as WireMember,
  Population as WirePopulation,
} from '@petri/contracts/v1';
import { type FitnessDirection, directionName } from './enums.ts';
import { fitness, type Fitness } from './fitness.ts';
import { present } from './present.ts';
import { dateOf, timeOf } from './time.ts';

export type PopulationRequest = {
  /** Default: generated. */
  id?: string;
  /** Default MAXIMISE. */
  direction?: FitnessDirection;
  /** Population it comes from. */
  parent?: string;
  /** Island its individuals are born on. */
  island?: string;
  labels?: Record<string, string>;
};

/** A population as the node saw it when it answered. */
export type Population = {
  id: string;
  /** Whose it is: of the tenant that created it. */
  tenant: string;
  /** From 0. */
  generation: number;
  direction: FitnessDirection;
  /** Members. */
  size: number;
  /** '' for none. */
  parent: string;
  /** '' for none. */
  island: string;
  labels: Record<string, string>;
  createdAt: Date;
  updatedAt: Date;
};

/** An individual that joins: the id of its sandbox, if it has one. */
export type NewMember =
  | string
  | {
      id: string;
      /** Default: unknown, unless it has a sandbox on the node. */
      genomeSha256?: string;
      /** Recorded in the lineage in the same step. Default: nothing is. */
      birth?: { parents?: readonly string[]; mutationType?: string; island?: string; bornAt?: Date };
    };

export type Member = {
  id: string;
  /** As it was given; '' if it was not. */
  genomeSha256: string;
  /** The generation it joined in. */
  generation: number;
  joinedAt: Date;
  /** Absent if it was not evaluated. */
  fitness?: Fitness;
};

export type Joining = {
  /** Refuses with `aborted` unless the population is at it. */
  expectedGeneration?: number;
  /** Whether parents without a recorded birth are taken as foreign. Default false. */
  allowForeignParents?: boolean;
};

export type ScoreSummary = {
  min: number;
  max: number;
  mean: number;
  median: number;
  standardDeviation: number;
  quantiles: { probability: number; value: number }[];
  histogram: { from: number; to: number; count: number }[];
};

export type PopulationStatistics = {
  population: Population;
  scored: number;
  failed: number;
  unevaluated: number;
  /** Absent if no member has a score. */
  scores?: ScoreSummary;
  /** The member that ranks first; '' if none has a score. */
  best: string;
  /** More than one: the scores do not compare. */
  evaluators: number;
  diversity: { known: number; distinct: number; ratio: number; entropyBits: number };
};

export function population(message: WirePopulation): Population {
  const { $typeName: _, $unknown: __, direction, createdAt, updatedAt, ...rest } = message;
  return {
    ...rest,
    direction: directionName(direction),
    createdAt: dateOf(createdAt),
    updatedAt: dateOf(updatedAt),
  };
}

export function member(message: WireMember): Member {
  const { id, genomeSha256, generation, joinedAt } = message;
  return {
    id,
    genomeSha256,
    generation,
    joinedAt: dateOf(joinedAt),
    ...(message.fitness ? { fitness: fitness(message.fitness) } : {}),
  };
}

export function statistics(message: GetPopulationStatisticsResponse): PopulationStatistics {
  const { scored, failed, unevaluated, scores, best, evaluators } = message;
  const { known, distinct, ratio, entropyBits } = present(message.diversity);
  return {
    population: population(present(message.population)),
    scored,
    failed,
    unevaluated,
    ...(scores ? { scores: summary(scores) } : {}),
    best,
    evaluators,
    diversity: { known, distinct, ratio, entropyBits },
  };
}

function summary(scores: NonNullable<GetPopulationStatisticsResponse['scores']>): ScoreSummary {
  const { min, max, mean, median, standardDeviation, quantiles, histogram } = scores;
  return {
    min,
    max,
    mean,
    median,
    standardDeviation,
    quantiles: quantiles.map(({ probability, value }) => ({ probability, value })),
    histogram: histogram.map(({ from, to, count }) => ({ from, to, count })),
  };
}

export function newMemberInit(given: NewMember) {
  if (typeof given === 'string') return { id: given };
  const { id, genomeSha256 = '', birth } = given;
  if (!birth) return { id, genomeSha256 };
  const { parents = [], mutationType = '', island = '', bornAt } = birth;
  const born = { parents: [...parents], mutationType, island, ...(bornAt ? { bornAt: timeOf(bornAt) } : {}) };
  return { id, genomeSha256, birth: born };
}

export function joiningInit({ expectedGeneration, allowForeignParents = false }: Joining) {
  return { ...(expectedGeneration === undefined ? {} : { expectedGeneration }), allowForeignParents };
}
