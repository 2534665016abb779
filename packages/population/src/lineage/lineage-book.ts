import { type Clock, failedPrecondition, idViolation, invalid, notFound, type Violation } from '@petri/core';
import type { Ledger } from '../ledger.ts';
import { born, mutationTypeOf } from '../members.ts';
import { mayUse, requirePopulation, type Scope } from '../scope.ts';
import type { Birth } from '../types.ts';
import { admit } from './admission.ts';
import { distancesFrom, mostRecentCommonAncestor } from './common-ancestor.ts';
import type { Graph, Place } from './graph.ts';
import { Selection } from './selection.ts';

/** Of one answer about relatives: more is for an export. */
const MAX_RELATIVES = 10_000;
const DEFAULT_RELATIVES = 1000;
/** Individuals of one question about a common ancestor. */
const MAX_COMPARED = 1000;
const MAX_MUTATION_TYPE = 64;

/** A birth as it is announced; what is not given is worked out. */
export type BirthSpec = {
  id: string;
  parents?: readonly string[];
  /** Default: seed, mutation or crossover, by the number of parents. */
  mutationType?: string;
  /** Default: the population's, or 0. */
  generation?: number;
  /** Default: the population's. */
  island?: string;
  /** Default: none. */
  population?: string;
  genomeSha256?: string;
  /** Default: now. */
  bornAtMs?: number;
};

/** An individual, as the lineage knows it. */
export type Individual = {
  id: string;
  /** Absent if it is foreign: born elsewhere, and known only as a parent. */
  birth?: Birth;
  /** Births on the longest way from an individual without known parents. */
  depth: number;
  children: number;
};

export type RelativeInfo = Individual & { distance: number };

export type Relatives = {
  /** In order of their distance. */
  relatives: RelativeInfo[];
  /** Whether there are more than the limit let through. */
  truncated: boolean;
};

export type RelativesQuery = {
  /** Births away; default: any number. */
  maxDepth?: number;
  /** Default 1,000, at most 10,000. */
  limit?: number;
};

export type CommonAncestor = { ancestor: Individual; distances: number[] };

type Collaborators = { ledger: Ledger; clock: Clock; scope: Scope };

/**
 * Who comes from whom. It survives the individuals. Each tenant has a graph of its own; who sees all is answered from its
 * own, or else from the first that knows the individual.
 */
export class LineageBook {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #scope: Scope;

  constructor({ ledger, clock, scope }: Collaborators) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#scope = scope;
  }

  /** Births, foreign individuals not among them. */
  get size(): number {
    return this.#own.births;
  }

  /**
   * Records births, all of them or none. What is recorded stays; the same again changes nothing.
   *
   * @throws PetriError as `admit` does
   */
  async record(
    specs: readonly BirthSpec[],
    { allowForeignParents = false }: { allowForeignParents?: boolean } = {},
  ): Promise<Individual[]> {
    const nameOf = (index: number) => `births[${index}]`;
    const violations = specs.flatMap((spec, index) => birthViolations(spec, nameOf(index)));
    if (violations.length > 0) throw invalid(violations);
    const nowMs = this.#clock.now();
    const tenant = this.#tenantOf(specs);
    const announced = specs.map((spec) => this.#announcement(spec, nowMs));
    const { state } = this.#ledger;
    const { graph } = state.of(tenant);
    const admitted = admit(graph, announced, { allowForeignParents, nameOf, recorded: state.births });
    await this.#ledger.commit(born(state, tenant, admitted));
    return specs.map(({ id }) => individual(graph, requirePlace(graph, id)));
  }

  /** Undefined for whom nobody has heard of. */
  find(id: string): Individual | undefined {
    const graph = this.#findGraph(id);
    return graph && individual(graph, requirePlace(graph, id));
  }

  /** @throws PetriError `not_found` for whom nobody has heard of */
  get(id: string): Individual {
    const graph = this.#graphWith(id);
    return individual(graph, requirePlace(graph, id));
  }

  ancestors(id: string, query: RelativesQuery = {}): Relatives {
    return this.#relatives(id, 'parents', query);
  }

  descendants(id: string, query: RelativesQuery = {}): Relatives {
    return this.#relatives(id, 'children', query);
  }

  /** Undefined if there is none. An individual counts as an ancestor of its own. */
  async commonAncestor(ids: readonly string[]): Promise<CommonAncestor | undefined> {
    const distinct = [...new Set(ids)];
    if (distinct.length < 1 || distinct.length > MAX_COMPARED)
      throw invalid([
        { field: 'ids', description: `must have 1 to ${MAX_COMPARED} elements, has ${ids.length}` },
      ]);
    const graph = this.#graphWith(distinct[0]!);
    const places = distinct.map((id) => requirePlace(graph, id));
    const found = await mostRecentCommonAncestor(graph, places);
    if (found === undefined) return undefined;
    const distances = await distancesFrom(graph, found, places);
    return {
      ancestor: individual(graph, found),
      distances: ids.map((id) => distances.get(requirePlace(graph, id))!),
    };
  }

  /**
   * The individuals an export is of: those given with all their ancestors and descendants, the births of a population
   * with their parents, or all of the tenant's. In the order in which they were first heard of, as they are now.
   */
  async select({
    ids = [],
    population,
  }: {
    ids?: readonly string[];
    population?: string;
  }): Promise<Selection> {
    if (ids.length > 0 && population !== undefined)
      throw failedPrecondition('SELECTION_AMBIGUOUS', 'either ids or a population selects what is exported');
    if (population !== undefined) {
      const { tenant } = requirePopulation(this.#ledger, this.#scope, population).population;
      return Selection.bornIn(this.#ledger.state.of(tenant).graph, population);
    }
    if (ids.length === 0) return Selection.all(this.#own);
    const graph = this.#graphWith(ids[0]!);
    return Selection.family(
      graph,
      ids.map((id) => requirePlace(graph, id)),
    );
  }

  get #own(): Graph {
    return this.#ledger.state.of(this.#scope.tenant).graph;
  }

  /** @throws PetriError `not_found` for whom nobody has heard of that is there for the caller */
  #graphWith(id: string): Graph {
    const found = this.#findGraph(id);
    if (found === undefined) throw notFound('individual', id);
    return found;
  }

  #findGraph(id: string): Graph | undefined {
    if (this.#own.placeOf(id) !== undefined) return this.#own;
    const { tenants } = this.#ledger.state;
    for (const tenant of [...tenants.keys()].sort()) {
      const { graph } = tenants.get(tenant)!;
      if (mayUse(this.#scope, tenant) && graph.placeOf(id) !== undefined) return graph;
    }
    return undefined;
  }

  /** Whose births these are: those of a population are its tenant's. */
  #tenantOf(specs: readonly BirthSpec[]): string {
    const homes = specs
      .filter(({ population = '' }) => population !== '')
      .map(({ population }) => requirePopulation(this.#ledger, this.#scope, population!).population.tenant);
    const [tenant = this.#scope.tenant, ...others] = new Set(homes);
    if (others.length > 0)
      throw invalid([{ field: 'births', description: 'are of populations of different tenants' }]);
    return tenant;
  }

  #relatives(id: string, way: 'parents' | 'children', query: RelativesQuery): Relatives {
    const { maxDepth = Infinity, limit = DEFAULT_RELATIVES } = query;
    if (limit < 1 || limit > MAX_RELATIVES)
      throw invalid([{ field: 'limit', description: `must be 1 to ${MAX_RELATIVES}, is ${limit}` }]);
    const relatives: RelativeInfo[] = [];
    const graph = this.#graphWith(id);
    for (const { place, distance } of graph.search(requirePlace(graph, id), way, maxDepth)) {
      if (distance === 0) continue;
      if (relatives.length === limit) return { relatives, truncated: true };
      relatives.push({ ...individual(graph, place), distance });
    }
    return { relatives, truncated: false };
  }

  #announcement(spec: BirthSpec, nowMs: number) {
    const { id, parents = [], mutationType, genomeSha256 = '', bornAtMs = nowMs, population = '' } = spec;
    const home = population === '' ? undefined : this.#ledger.state.populations.get(population)?.population;
    return {
      id,
      parents,
      mutationType: mutationType || mutationTypeOf(parents.length),
      generation: spec.generation ?? home?.generation ?? 0,
      island: spec.island || (home?.island ?? ''),
      population,
      genomeSha256,
      bornAtMs,
    };
  }
}

function individual(graph: Graph, place: Place): Individual {
  const birth = graph.birthAt(place);
  return {
    id: graph.idAt(place),
    ...(birth ? { birth } : {}),
    depth: graph.depthAt(place),
    children: graph.childrenAt(place).length,
  };
}

function requirePlace(graph: Graph, id: string): Place {
  const place = graph.placeOf(id);
  if (place === undefined) throw notFound('individual', id);
  return place;
}

/** What is wrong with a birth, by itself. */
export function birthViolations(
  { id, parents = [], mutationType = '' }: BirthSpec,
  place: string,
): Violation[] {
  const found = [idViolation(`${place}.id`, id) ?? []].flat();
  for (const [index, parent] of parents.entries())
    found.push(...[idViolation(`${place}.parents[${index}]`, parent) ?? []].flat());
  if (mutationType.length > MAX_MUTATION_TYPE)
    found.push({
      field: `${place}.mutation_type`,
      description: `must have at most ${MAX_MUTATION_TYPE} characters, has ${mutationType.length}`,
    });
  return found;
}
