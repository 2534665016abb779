import {
  type GetAncestorsResponse,
  type Individual as WireIndividual,
  LineageFormat as WireLineageFormat,
} from '@petri/contracts/v1';
import type { LineageFormat } from './enums.ts';
import type { Bounds, CallOptions, Repeatable } from './options.ts';
import type { PopulationClient } from './checkpoints.ts';
import { present } from './present.ts';
import { dateOf, timeOf } from './time.ts';

export type Birth = {
  id: string;
  /** At most 64; none for a seed. */
  parents?: readonly string[];
  /** Default: seed, mutation or crossover, by the number of parents. */
  mutationType?: string;
  /** Default: the population's present one, or 0. */
  generation?: number;
  /** Default: the population's. */
  island?: string;
  population?: string;
  genomeSha256?: string;
  /** Default: now. */
  bornAt?: Date;
};

/** An individual as the lineage knows it. Of a foreign one, only depth and children mean anything. */
export type Individual = {
  id: string;
  /** Born elsewhere, and known only as a parent. */
  foreign: boolean;
  parents: string[];
  mutationType: string;
  generation: number;
  /** Births on the longest way from an individual without known parents. */
  depth: number;
  island: string;
  population: string;
  genomeSha256: string;
  bornAt: Date;
  children: number;
};

export type Relatives = {
  /** The nearest first. */
  relatives: (Individual & { distance: number })[];
  /** Whether there are more than the limit let through. */
  truncated: boolean;
};

export type RelativesOptions = CallOptions & {
  /** Births away. Default: any number. */
  maxDepth?: number;
  /** Default 1,000, at most 10,000. */
  limit?: number;
};

/** Who comes from whom. It survives the individuals. */
export class Lineage {
  readonly #client: PopulationClient;
  readonly #bounds: Bounds;

  constructor(client: PopulationClient, bounds: Bounds) {
    this.#client = client;
    this.#bounds = bounds;
  }

  /**
   * Records births, all of them or none, at most 10,000, in any order. The same again changes nothing.
   *
   * @throws PetriError `already_exists` for an individual with another birth; `invalid_argument`, reason LINEAGE_CYCLE;
   *   `failed_precondition`, reason LINEAGE_PARENT_UNKNOWN, unless foreign parents are allowed.
   */
  async record(
    births: readonly Birth[],
    options: CallOptions & Repeatable & { allowForeignParents?: boolean } = {},
  ): Promise<Individual[]> {
    const { allowForeignParents = false, requestId = '' } = options;
    const request = { births: births.map(birthInit), allowForeignParents, requestId };
    return (await this.#client.recordLineage(request, this.#bounds(options))).individuals.map(individual);
  }

  /** @throws PetriError `not_found` */
  async get(id: string, options?: CallOptions): Promise<Individual> {
    return individual(present((await this.#client.getLineage({ id }, this.#bounds(options))).individual));
  }

  async ancestors(id: string, options: RelativesOptions = {}): Promise<Relatives> {
    return relatives(await this.#client.getAncestors(relativesInit(id, options), this.#bounds(options)));
  }

  async descendants(id: string, options: RelativesOptions = {}): Promise<Relatives> {
    return relatives(await this.#client.getDescendants(relativesInit(id, options), this.#bounds(options)));
  }

  /** The most recent one of at most 1,000 individuals, with its distance to each; undefined if there is none. */
  async commonAncestor(
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<{ ancestor: Individual; distances: number[] } | undefined> {
    const answer = await this.#client.getCommonAncestor({ ids: [...ids] }, this.#bounds(options));
    return answer.ancestor && { ancestor: individual(answer.ancestor), distances: answer.distances };
  }

  /** As text: JSON by default; of all individuals, of `ids` with their ancestors and descendants, or of a population. */
  async export(
    options: CallOptions & { format?: LineageFormat; ids?: readonly string[]; population?: string } = {},
  ): Promise<string> {
    const { format = 'JSON', ids = [], population = '' } = options;
    const request = { format: WireLineageFormat[format], ids: [...ids], population };
    let text = '';
    for await (const { chunk } of this.#client.exportLineage(request, this.#bounds(options))) text += chunk;
    return text;
  }
}

function individual(message: WireIndividual): Individual {
  const { $typeName: _, $unknown: __, bornAt, ...rest } = message;
  return { ...rest, bornAt: dateOf(bornAt) };
}

function relatives(message: Pick<GetAncestorsResponse, 'relatives' | 'truncated'>): Relatives {
  return {
    relatives: message.relatives.map(({ individual: who, distance }) => ({
      ...individual(present(who)),
      distance,
    })),
    truncated: message.truncated,
  };
}

function relativesInit(id: string, { maxDepth, limit = 0 }: RelativesOptions) {
  return { id, ...(maxDepth === undefined ? {} : { maxDepth }), limit };
}

function birthInit(birth: Birth) {
  const { id, parents = [], mutationType = '', generation, island = '', population = '', bornAt } = birth;
  return {
    id,
    parents: [...parents],
    mutationType,
    ...(generation === undefined ? {} : { generation }),
    island,
    population,
    genomeSha256: birth.genomeSha256 ?? '',
    ...(bornAt ? { bornAt: timeOf(bornAt) } : {}),
  };
}
