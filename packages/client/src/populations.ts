import { FitnessDirection as WireFitnessDirection } from '@petri/contracts/v1';
import { Checkpoints } from './checkpoints.ts';
import type { CallOptions, Repeatable } from './options.ts';
import {
  type Joining,
  joiningInit,
  member,
  type Member,
  type NewMember,
  newMemberInit,
  population,
  type Population,
  type PopulationRequest,
  statistics,
  type PopulationStatistics,
} from './population.ts';
import { present } from './present.ts';

type Mutation = CallOptions & Repeatable;

/** Populations, their members and generations. A member's id is that of its sandbox, if it has one. */
export class Populations extends Checkpoints {
  /** Creates a population without members, at generation 0. @throws PetriError `already_exists` */
  async create(request: PopulationRequest = {}, options: Mutation = {}): Promise<Population> {
    const { id = '', direction, parent = '', island = '', labels = {} } = request;
    const answer = await this.client.createPopulation(
      {
        id,
        direction: WireFitnessDirection[direction ?? 'UNSPECIFIED'],
        parent,
        island,
        labels,
        requestId: options.requestId ?? '',
      },
      this.bounds(options),
    );
    return population(present(answer.population));
  }

  /** @throws PetriError `not_found`, as every method that names a population */
  async get(id: string, options?: CallOptions): Promise<Population> {
    return population(present((await this.client.getPopulation({ id }, this.bounds(options))).population));
  }

  /** In order of their ids; pages are fetched as they are reached. */
  async *list(options: CallOptions & { pageSize?: number } = {}): AsyncGenerator<Population, void, void> {
    const { pageSize = 0 } = options;
    for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
      const page = await this.client.listPopulations({ pageSize, pageToken }, this.bounds(options));
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
    const answer = await this.client.deletePopulation({ id, allowMissing, requestId }, this.bounds(options));
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
    return population(present((await this.client.addMembers(request, this.bounds(options))).population));
  }

  /** All of them leave, or none; at most 10,000. `allowMissing` ignores those that are no members. */
  async remove(
    id: string,
    ids: readonly string[],
    options: Mutation & { allowMissing?: boolean } = {},
  ): Promise<Population> {
    const { allowMissing = false, requestId = '' } = options;
    const request = { population: id, ids: [...ids], allowMissing, requestId };
    return population(present((await this.client.removeMembers(request, this.bounds(options))).population));
  }

  /** In order of their ids, with their fitness; pages are fetched as they are reached. */
  async *members(
    id: string,
    options: CallOptions & { pageSize?: number } = {},
  ): AsyncGenerator<Member, void, void> {
    const { pageSize = 0 } = options;
    for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
      const request = { population: id, pageSize, pageToken };
      const page = await this.client.listMembers(request, this.bounds(options));
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
    const answer = await this.client.advanceGeneration(
      {
        population: id,
        survivors: [...survivors],
        newcomers: newcomers.map(newMemberInit),
        ...joiningInit(options),
        requestId: options.requestId ?? '',
      },
      this.bounds(options),
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
    return statistics(await this.client.getPopulationStatistics(request, this.bounds(options)));
  }
}
