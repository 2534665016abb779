import type { ServiceClient } from '@petri/contracts';
import type {
  GetPopulationStatisticsResponse,
  Member as WireMember,
  Population as WirePopulation,
  PopulationService,
} from '@petri/contracts/v1';
import { FitnessDirection as WireFitnessDirection } from '@petri/contracts/v1';
import { type FitnessDirection, directionName } from './enums.ts';
import { fitness, type Fitness } from './fitness.ts';
import type { Bounds, CallOptions, Repeatable } from './options.ts';
import { present } from './present.ts';
import { dateOf, timeOf } from './time.ts';

export type PopulationClient = ServiceClient<typeof PopulationService>;

type Mutation = CallOptions & Repeatable;

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

/** Populations, their members and generations. A member's id is that of its sandbox, if it has one. */
export class Populations {
  readonly #client: PopulationClient;
  readonly #bounds: Bounds;

  constructor(client: PopulationClient, bounds: Bounds) {
    this.#client = client;
    this.#bounds = bounds;
  }

  /** Creates a population without members, at generation 0. @throws PetriError `already_exists` */
  async create(request: PopulationRequest = {}, options: Mutation = {}): Promise<Population> {
    const { id = '', direction, parent = '', island = '', labels = {} } = request;
    const answer = await this.#client.createPopulation(
      {
        id,
        direction: WireFitnessDirection[direction ?? 'UNSPECIFIED'],
        parent,
        island,
        labels,
        requestId: options.requestId ?? '',
      },
      this.#bounds(options),
    );
    return population(present(answer.population));
  }

  /** @throws PetriError `not_found`, as every method that names a population */
  async get(id: string, options?: CallOptions): Promise<Population> {
    return population(present((await this.#client.getPopulation({ id }, this.#bounds(options))).population));
  }

  /** In order of their ids; pages are fetched as they are reached. */
  async *list(options: CallOptions & { pageSize?: number } = {}): AsyncGenerator<Population, void, void> {
    const { pageSize = 0 } = options;
    for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
      const page = await this.#client.listPopulations({ pageSize, pageToken }, this.#bounds(options));
      yield* page.populations.map(population);
      pageToken = page.nextPageToken || undefined;
    }
  }

  /** Forgets a population and its fitness; lineage stays. Undefined for one that was missing and was allowed to be. */
  async delete(
    id: string,
    options: Mutation & { allowMissing?: boolean } = {},
  ): Promise<Population | undefined> {
    const { allowMissing = false, requestId = '' } = options;
    const answer = await this.#client.deletePopulation(
      { id, allowMissing, requestId },
      this.#bounds(options),
    );
    return answer.population && population(answer.population);
  }

  /** All of them join, or none; at most 10,000. @throws PetriError `already_exists` for one that is a member */
  async add(
    id: string,
    members: readonly NewMember[],
    options: Mutation & Joining = {},
  ): Promise<Population> {
    const request = {
      population: id,
      members: members.map(newMemberInit),
      ...joiningInit(options),
      requestId: options.requestId ?? '',
    };
    return population(present((await this.#client.addMembers(request, this.#bounds(options))).population));
  }

  /** All of them leave, or none; at most 10,000. `allowMissing` ignores those that are no members. */
  async remove(
    id: string,
    ids: readonly string[],
    options: Mutation & { allowMissing?: boolean } = {},
  ): Promise<Population> {
    const { allowMissing = false, requestId = '' } = options;
    const request = { population: id, ids: [...ids], allowMissing, requestId };
    return population(present((await this.#client.removeMembers(request, this.#bounds(options))).population));
  }

  /** In order of their ids, with their fitness; pages are fetched as they are reached. */
  async *members(
    id: string,
    options: CallOptions & { pageSize?: number } = {},
  ): AsyncGenerator<Member, void, void> {
    const { pageSize = 0 } = options;
    for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
      const request = { population: id, pageSize, pageToken };
      const page = await this.#client.listMembers(request, this.#bounds(options));
      yield* page.members.map(member);
      pageToken = page.nextPageToken || undefined;
    }
  }

  /**
   * The next generation in one step: survivors stay, all other members leave, newcomers join.
   *
   * @throws PetriError `aborted`, reason GENERATION_STALE, if the population is not at `expectedGeneration`
   */
  async advance(
    id: string,
    generation: { survivors?: readonly string[]; newcomers?: readonly NewMember[] },
    options: Mutation & Joining = {},
  ): Promise<{ population: Population; left: string[] }> {
    const { survivors = [], newcomers = [] } = generation;
    const answer = await this.#client.advanceGeneration(
      {
        population: id,
        survivors: [...survivors],
        newcomers: newcomers.map(newMemberInit),
        ...joiningInit(options),
        requestId: options.requestId ?? '',
      },
      this.#bounds(options),
    );
    return { population: population(present(answer.population)), left: answer.left };
  }

  /** How scores are distributed, and how different genomes are. `buckets` default 20. */
  async statistics(
    id: string,
    options: CallOptions & { quantiles?: readonly number[]; buckets?: number } = {},
  ): Promise<PopulationStatistics> {
    const { quantiles = [], buckets = 0 } = options;
    const request = { population: id, quantiles: [...quantiles], buckets };
    return statistics(await this.#client.getPopulationStatistics(request, this.#bounds(options)));
  }
}

function population(message: WirePopulation): Population {
  const { $typeName: _, $unknown: __, direction, createdAt, updatedAt, ...rest } = message;
  return {
    ...rest,
    direction: directionName(direction),
    createdAt: dateOf(createdAt),
    updatedAt: dateOf(updatedAt),
  };
}

function member(message: WireMember): Member {
  const { id, genomeSha256, generation, joinedAt } = message;
  return {
    id,
    genomeSha256,
    generation,
    joinedAt: dateOf(joinedAt),
    ...(message.fitness ? { fitness: fitness(message.fitness) } : {}),
  };
}

function statistics(message: GetPopulationStatisticsResponse): PopulationStatistics {
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

function newMemberInit(given: NewMember) {
  if (typeof given === 'string') return { id: given };
  const { id, genomeSha256 = '', birth } = given;
  if (!birth) return { id, genomeSha256 };
  const { parents = [], mutationType = '', island = '', bornAt } = birth;
  const born = { parents: [...parents], mutationType, island, ...(bornAt ? { bornAt: timeOf(bornAt) } : {}) };
  return { id, genomeSha256, birth: born };
}

function joiningInit({ expectedGeneration, allowForeignParents = false }: Joining) {
  return { ...(expectedGeneration === undefined ? {} : { expectedGeneration }), allowForeignParents };
}
