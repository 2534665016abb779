import type { Fitness as WireFitness, RankedFitness as WireRankedFitness } from '@petri/contracts/v1';
import type { Bounds, CallOptions, Repeatable } from './options.ts';
import type { PopulationClient } from './checkpoints.ts';
import { present } from './present.ts';
import { dateOf, timeOf } from './time.ts';

type Mutation = CallOptions & Repeatable;

export type TestResult = { name: string; passed: boolean; score: number };

export type FitnessError = { reason: string; message: string };

/** What an evaluation came to: a score, or why there is none. */
type Result = { score: number; error?: undefined } | { score?: undefined; error: FitnessError };

/** The present fitness of a member. */
export type Fitness = Result & {
  id: string;
  components: Record<string, number>;
  generation: number;
  evaluatedAt: Date;
  /** In microseconds; 0 if unknown. */
  evaluationUs: number;
  tests: TestResult[];
  /** '' if unknown. Scores compare only if it is equal. */
  evaluatorSha256: string;
  /** Of equal scores the one recorded earlier ranks first. */
  sequence: number;
  /** The newest, at most 16. */
  adjustments: { delta: number; reason: string; at: Date }[];
};

export type FitnessEntry = {
  id: string;
  components?: Record<string, number>;
  /** Default: the present one. */
  generation?: number;
  /** Default: now. */
  evaluatedAt?: Date;
  evaluationUs?: number;
  tests?: readonly TestResult[];
  evaluatorSha256?: string;
} & Result;

/** Where evaluations record what they come to; what is evaluated must be members. */
export type FitnessRecording = {
  population: string;
  /** Refuses with `aborted` unless the population is at it when the call begins. */
  generation?: number;
};

export type RankedFitness = { rank: number; fitness: Fitness };

/** Fitness of members of populations: what was recorded last for each. */
export class FitnessRecords {
  readonly #client: PopulationClient;
  readonly #bounds: Bounds;

  constructor(client: PopulationClient, bounds: Bounds) {
    this.#client = client;
    this.#bounds = bounds;
  }

  /**
   * Records fitness, all entries or none, at most 10,000.
   *
   * @throws PetriError `invalid_argument` for NaN and infinities; `failed_precondition`, reason FITNESS_STALE, where a
   *   newer generation's is recorded.
   */
  async record(
    population: string,
    entries: readonly FitnessEntry[],
    options: Mutation = {},
  ): Promise<Fitness[]> {
    const request = { population, entries: entries.map(entryInit), requestId: options.requestId ?? '' };
    return (await this.#client.recordFitness(request, this.#bounds(options))).fitness.map(fitness);
  }

  /** Adds to scores, with the reason. @throws PetriError `failed_precondition`, reason NO_SCORE */
  async adjust(
    population: string,
    adjustments: readonly { id: string; delta: number; reason: string }[],
    options: Mutation = {},
  ): Promise<Fitness[]> {
    const request = { population, adjustments: [...adjustments], requestId: options.requestId ?? '' };
    return (await this.#client.adjustFitness(request, this.#bounds(options))).fitness.map(fitness);
  }

  /** Undefined if it was not evaluated. @throws PetriError `not_found` for what is no member */
  async get(population: string, id: string, options?: CallOptions): Promise<Fitness | undefined> {
    const answer = await this.#client.getFitness({ population, ids: [id] }, this.#bounds(options));
    return answer.fitness[0] && fitness(answer.fitness[0]);
  }

  /** Those of these members that were evaluated. */
  async getMany(population: string, ids: readonly string[], options?: CallOptions): Promise<Fitness[]> {
    const answer = await this.#client.getFitness({ population, ids: [...ids] }, this.#bounds(options));
    return answer.fitness.map(fitness);
  }

  /** Best first; only what has a score. Pages are fetched as they are reached. `ids` ranks only these. */
  async *rank(
    population: string,
    options: CallOptions & { ids?: readonly string[]; pageSize?: number } = {},
  ): AsyncGenerator<RankedFitness, void, void> {
    const { ids = [], pageSize = 0 } = options;
    for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
      const request = { population, ids: [...ids], pageSize, pageToken };
      const page = await this.#client.rankFitness(request, this.#bounds(options));
      yield* page.ranked.map(ranked);
      pageToken = page.nextPageToken || undefined;
    }
  }

  /** The best, at most 10,000. */
  async top(
    population: string,
    count: number,
    options: CallOptions & { ids?: readonly string[] } = {},
  ): Promise<RankedFitness[]> {
    const { ids = [] } = options;
    const answer = await this.#client.topFitness({ population, count, ids: [...ids] }, this.#bounds(options));
    return answer.ranked.map(ranked);
  }
}

export function fitness(message: WireFitness): Fitness {
  const { $typeName: _, $unknown: __, result, evaluatedAt, evaluationUs, sequence, ...rest } = message;
  return {
    ...rest,
    ...resultOf(result),
    evaluatedAt: dateOf(evaluatedAt),
    evaluationUs: Number(evaluationUs),
    sequence: Number(sequence),
    tests: message.tests.map(({ name, passed, score }) => ({ name, passed, score })),
    adjustments: message.adjustments.map(({ delta, reason, at }) => ({ delta, reason, at: dateOf(at) })),
  };
}

function resultOf(result: WireFitness['result']): Result {
  if (result.case === 'score') return { score: result.value };
  const { reason, message } = present(result.value);
  return { error: { reason, message } };
}

function ranked(message: WireRankedFitness): RankedFitness {
  return { rank: message.rank, fitness: fitness(present(message.fitness)) };
}

function entryInit(entry: FitnessEntry) {
  const { id, score, error, components = {}, generation, evaluatedAt, evaluationUs = 0, tests = [] } = entry;
  return {
    id,
    result:
      error === undefined
        ? { case: 'score' as const, value: score }
        : { case: 'error' as const, value: error },
    components,
    ...(generation === undefined ? {} : { generation }),
    ...(evaluatedAt ? { evaluatedAt: timeOf(evaluatedAt) } : {}),
    evaluationUs: BigInt(evaluationUs),
    tests: [...tests],
    evaluatorSha256: entry.evaluatorSha256 ?? '',
  };
}
