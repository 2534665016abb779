import {
  alreadyExists,
  type Clock,
  idViolation,
  invalid,
  newId,
  PetriError,
  resourceExhausted,
} from '@petri/core';
import { type Diversity, diversityOf } from './diversity.ts';
import type { Ledger } from './ledger.ts';
import {
  type Boundary,
  joining,
  type Joining,
  leaving,
  type Newcomer,
  requireDistinct,
  requireGeneration,
  requireMembers,
} from './members.ts';
import type { IndividualSandboxes } from './individuals.ts';
import { pageOfIds, type PageQuery } from './pages.ts';
import { mayUse, requirePopulation, type Scope } from './scope.ts';
import type { PopulationState, State } from './state.ts';
import { type Summary, summarise } from './statistics.ts';
import type { Change } from './store/store.ts';
import type { Direction, Fitness, Member, PopulationInfo } from './types.ts';

/** Enough for thousands of experiments; each is held in memory. */
const MAX_POPULATIONS = 10_000;
/** The extremes, the quartiles' and the usual tails. */
const DEFAULT_QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
const MAX_QUANTILES = 100;
const DEFAULT_BUCKETS = 20;
const MAX_BUCKETS = 1000;

export type PopulationSpec = {
  /** Default: generated. */
  id?: string;
  /** Default MAXIMISE. */
  direction?: Direction;
  parent?: string;
  island?: string;
  labels?: Readonly<Record<string, string>>;
};

export type PopulationPage = { populations: PopulationInfo[]; nextPageToken: string; totalSize: number };

export type MemberInfo = Member & { fitness?: Fitness };

export type MemberPage = { members: MemberInfo[]; nextPageToken: string; totalSize: number };

export type Advance = Joining & { survivors: readonly string[]; newcomers: readonly Newcomer[] };

export type Statistics = {
  population: PopulationInfo;
  /** Members with a score, whose evaluation failed, and without any fitness. */
  scored: number;
  failed: number;
  unevaluated: number;
  /** Of the scores; absent if there is none. */
  summary?: Summary;
  /** The member that ranks first; '' if none has a score. */
  best: string;
  /** How many different evaluators gave the scores: more than one, and they do not compare. */
  evaluators: number;
  diversity: Diversity;
};

export type StatisticsQuery = { quantiles?: readonly number[]; buckets?: number };

type Collaborators = {
  ledger: Ledger;
  clock: Clock;
  sandboxes: IndividualSandboxes;
  scope: Scope;
};

/** Populations, their members and generations. They are recorded and described, never mutated or selected from. */
export class Populations {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #sandboxes: IndividualSandboxes;
  readonly #scope: Scope;

  constructor({ ledger, clock, sandboxes, scope }: Collaborators) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#sandboxes = sandboxes;
    this.#scope = scope;
  }

  /** @throws PetriError `already_exists`, `invalid_argument`, `resource_exhausted` */
  async create(spec: PopulationSpec): Promise<PopulationInfo> {
    const { direction = 'MAXIMISE', parent = '', island = '', labels = {} } = spec;
    const id = spec.id ?? newId('pop', this.#clock.now());
    const violations = [idViolation('id', id) ?? []].flat();
    if (violations.length > 0) throw invalid(violations);
    const { state } = this.#ledger;
    if (state.isTaken(id)) {
      await this.#ledger.commit([]);
      throw alreadyExists('population', id);
    }
    requirePlaceForOne(state);
    const nowMs = this.#clock.now();
    const row = {
      id,
      tenant: this.#scope.tenant,
      generation: 0,
      direction,
      parent,
      island,
      labels,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    await this.#ledger.commit([{ table: 'population', id, row }]);
    return { ...row, size: 0 };
  }

  /** @throws PetriError `not_found`, as every method that names a population */
  get(id: string): PopulationInfo {
    return this.#require(id).info();
  }

  /** As `get`. @throws PetriError `aborted`, reason GENERATION_STALE, unless it is at this generation, if one is given */
  require(id: string, generation: number | undefined): PopulationInfo {
    const target = this.#require(id);
    requireGeneration(target.population, generation);
    return target.info();
  }

  list(query: PageQuery): PopulationPage {
    const { populations } = this.#ledger.state;
    const visible = [...populations.values()].filter(({ population }) =>
      mayUse(this.#scope, population.tenant),
    );
    const { ids, nextPageToken } = pageOfIds(visible.map(({ population }) => population.id).sort(), query);
    return {
      populations: ids.map((id) => populations.get(id)!.info()),
      nextPageToken,
      totalSize: visible.length,
    };
  }

  /** Forgets a population with its fitness; lineage and sandboxes stay. Its last record; undefined if it is missing. */
  async delete(
    id: string,
    { allowMissing = false }: { allowMissing?: boolean } = {},
  ): Promise<PopulationInfo | undefined> {
    const target = this.#find(id, allowMissing);
    if (target === undefined) {
      await this.#ledger.commit([]);
      return undefined;
    }
    const { tenant } = target.population;
    const { memberships } = this.#ledger.state.of(tenant);
    const info = target.info();
    const changes: Change[] = [];
    const nowMs = this.#clock.now();
    for (const member of [...target.members.keys(), ...target.former.keys()]) {
      changes.push({ table: 'member', population: id, id: member });
      if (target.fitness.has(member)) changes.push({ table: 'fitness', population: id, id: member });
      const isLast = (memberships.get(member) ?? 0) <= (target.members.has(member) ? 1 : 0);
      if (isLast && this.#hasSandbox(tenant, member))
        changes.push({ table: 'orphan', tenant, id: member, row: { id: member, orphanedAtMs: nowMs } });
    }
    changes.push({ table: 'population', id });
    await this.#ledger.commit(changes);
    return info;
  }

  /** All of them join, or none. @throws PetriError `already_exists` for one that is a member */
  async addMembers(
    id: string,
    newcomers: readonly Newcomer[],
    options: Joining = {},
  ): Promise<PopulationInfo> {
    const target = this.#require(id);
    const { population, members } = target;
    requireGeneration(population, options.expectedGeneration);
    const nowMs = this.#clock.now();
    const { allowForeignParents = false } = options;
    const { generation } = population;
    const at = { generation, size: members.size, nowMs, field: 'members', allowForeignParents };
    const changes = joining(this.#ledger.state, target, newcomers, at, this.#boundary);
    changes.push({ table: 'population', id, row: { ...population, updatedAtMs: nowMs } });
    return this.#commit(target, changes);
  }

  /** All of them leave, or none; their fitness goes with them. */
  async removeMembers(
    id: string,
    ids: readonly string[],
    { allowMissing = false }: { allowMissing?: boolean } = {},
  ): Promise<PopulationInfo> {
    const target = this.#require(id);
    if (!allowMissing) requireMembers(target, ids, 'ids');
    const leavers = [...new Set(ids)].filter((each) => target.members.has(each));
    const changes = leaving(target, leavers, this.#sandboxes);
    const row = { ...target.population, updatedAtMs: this.#clock.now() };
    return this.#commit(target, [...changes, { table: 'population', id, row }]);
  }

  /** In order of their ids. */
  listMembers(id: string, query: PageQuery): MemberPage {
    const target = this.#require(id);
    const { ids, nextPageToken } = pageOfIds(target.ids(), query);
    const members = ids.map((each) => {
      const fitness = target.fitness.get(each);
      return { ...target.members.get(each)!, ...(fitness ? { fitness } : {}) };
    });
    return { members, nextPageToken, totalSize: target.members.size };
  }

  /**
   * The next generation: survivors stay with their fitness, all other members leave, newcomers join. In one step.
   *
   * @returns the population, and who left.
   * @throws PetriError `aborted`, reason GENERATION_STALE, if somebody else was first; `not_found` or
   *   `invalid_argument` for survivors that are no members. Nothing has changed then.
   */
  async advance(id: string, advance: Advance): Promise<{ population: PopulationInfo; left: string[] }> {
    const { survivors, newcomers, expectedGeneration, allowForeignParents = false } = advance;
    const target = this.#require(id);
    const { population } = target;
    requireGeneration(population, expectedGeneration);
    requireMembers(target, survivors, 'survivors');
    requireDistinct(survivors, 'survivors');
    const nowMs = this.#clock.now();
    const generation = population.generation + 1;
    const stays = new Set(survivors);
    const left = target.ids().filter((each) => !stays.has(each));
    const at = { generation, size: stays.size, nowMs, field: 'newcomers', allowForeignParents };
    const joined = joining(this.#ledger.state, target, newcomers, at, this.#boundary);
    const row = { ...population, generation, updatedAtMs: nowMs };
    const changes: Change[] = [
      ...leaving(target, left, this.#sandboxes),
      ...joined,
      { table: 'population', id, row },
    ];
    return { population: await this.#commit(target, changes), left };
  }

  statistics(id: string, query: StatisticsQuery = {}): Statistics {
    const { quantiles = DEFAULT_QUANTILES, buckets = DEFAULT_BUCKETS } = query;
    requireStatisticsQuery(quantiles, buckets);
    const target = this.#require(id);
    const { members, fitness, ranking } = target;
    const ranked = ranking.sorted();
    const scores = ranked.map(({ score }) => score);
    if (target.population.direction === 'MAXIMISE') scores.reverse();
    const evaluators = new Set(ranked.map((entry) => fitness.get(entry.id)!.evaluatorSha256));
    const { tenant } = target.population;
    const genomes = target
      .ids()
      .map((each) => this.#genomeOf(tenant, each) ?? members.get(each)!.genomeSha256);
    return {
      population: target.info(),
      scored: scores.length,
      failed: fitness.size - scores.length,
      unevaluated: members.size - fitness.size,
      ...(scores.length === 0 ? {} : { summary: summarise(scores, quantiles, buckets) }),
      best: ranked[0]?.id ?? '',
      evaluators: evaluators.size,
      diversity: diversityOf(genomes),
    };
  }

  #find(id: string, allowMissing: boolean): PopulationState | undefined {
    try {
      return this.#require(id);
    } catch (thrown) {
      if (allowMissing && PetriError.from(thrown).code === 'not_found') return undefined;
      throw thrown;
    }
  }

  #require(id: string): PopulationState {
    return requirePopulation(this.#ledger, this.#scope, id);
  }

  get #boundary(): Boundary {
    return { scope: this.#scope, sandboxes: this.#sandboxes };
  }

  /** Of another tenant's sandbox, its population knows nothing. */
  #hasSandbox(tenant: string, id: string): boolean {
    return this.#sandboxes.tenantOf(id) === tenant;
  }

  #genomeOf(tenant: string, id: string): string | undefined {
    return this.#hasSandbox(tenant, id) ? this.#sandboxes.genomeOf(id) : undefined;
  }

  /** The population as the changes leave it: others may come before the store is done. */
  async #commit(target: PopulationState, changes: readonly Change[]): Promise<PopulationInfo> {
    const done = this.#ledger.commit(changes);
    const info = target.info();
    await done;
    return info;
  }
}

/** @throws PetriError `resource_exhausted`, reason TOO_MANY_POPULATIONS */
export function requirePlaceForOne({ populations }: State): void {
  if (populations.size < MAX_POPULATIONS) return;
  throw resourceExhausted('TOO_MANY_POPULATIONS', `the node holds at most ${MAX_POPULATIONS} populations`);
}

function requireStatisticsQuery(quantiles: readonly number[], buckets: number): void {
  const violations = quantiles.flatMap((probability, index) =>
    probability >= 0 && probability <= 1
      ? []
      : [{ field: `quantiles[${index}]`, description: `must be 0 to 1, is ${probability}` }],
  );
  if (quantiles.length > MAX_QUANTILES)
    violations.push({
      field: 'quantiles',
      description: `must have at most ${MAX_QUANTILES} elements, has ${quantiles.length}`,
    });
  if (buckets < 1 || buckets > MAX_BUCKETS)
    violations.push({ field: 'buckets', description: `must be 1 to ${MAX_BUCKETS}, is ${buckets}` });
  if (violations.length > 0) throw invalid(violations);
}
