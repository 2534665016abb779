import { Graph } from './lineage/graph.ts';
import { Ranking } from './ranking.ts';
import type { Change } from './store/store.ts';
import type { Fitness, Member, Orphan, Pin, Population, PopulationInfo, Restore } from './types.ts';

/** One population, indexed. */
export class PopulationState {
  population: Population;
  readonly members = new Map<string, Member>();
  /** Those that left, until their sandboxes are gone. */
  readonly former = new Map<string, Member>();
  readonly fitness = new Map<string, Fitness>();
  readonly ranking: Ranking;
  #ids: string[] | undefined;

  constructor(population: Population) {
    this.population = population;
    this.ranking = new Ranking(population.direction);
  }

  info(): PopulationInfo {
    return { ...this.population, size: this.members.size };
  }

  /** Of the members, in order. */
  ids(): readonly string[] {
    this.#ids ??= [...this.members.keys()].sort();
    return this.#ids;
  }

  setMember(id: string, member: Member | undefined): void {
    this.#ids = undefined;
    this.members.delete(id);
    this.former.delete(id);
    if (member) (member.leftGeneration === undefined ? this.members : this.former).set(id, member);
  }

  setFitness(id: string, fitness: Fitness | undefined): void {
    this.fitness.delete(id);
    this.ranking.delete(id);
    if (!fitness) return;
    this.fitness.set(id, fitness);
    const { score, sequence } = fitness;
    if (score !== undefined) this.ranking.set({ id, score, sequence });
  }
}

/**
 * What is recorded of the individuals of one tenant. What another tenant recorded under the same ids is about others,
 * and has no say over this one's sandboxes.
 */
export class TenantState {
  readonly graph = new Graph();
  readonly pins = new Map<string, Pin>();
  readonly orphans = new Map<string, Orphan>();
  /** In how many populations an individual is a member. */
  readonly memberships = new Map<string, number>();
  /** The populations that an individual has left. */
  readonly left = new Map<string, Set<PopulationState>>();

  /** Generations since it was last a member of one that it has left: the fewest, of several. */
  generationsAgo(id: string): number | undefined {
    let fewest: number | undefined;
    for (const { population, former } of this.left.get(id) ?? []) {
      const ago = population.generation - (former.get(id)?.leftGeneration ?? 0);
      fewest = Math.min(fewest ?? Infinity, ago);
    }
    return fewest;
  }

  memberChanged(state: PopulationState, id: string, wasMember: boolean): void {
    const change = (state.members.has(id) ? 1 : 0) - (wasMember ? 1 : 0);
    const count = (this.memberships.get(id) ?? 0) + change;
    if (count === 0) this.memberships.delete(id);
    else this.memberships.set(id, count);

    const left = this.left.get(id) ?? new Set();
    if (state.former.has(id)) left.add(state);
    else left.delete(state);
    if (left.size === 0) this.left.delete(id);
    else this.left.set(id, left);
  }
}

/** All that is recorded, in memory, indexed for what is asked of it. */
export class State {
  readonly populations = new Map<string, PopulationState>();
  /** By the id of the population. */
  readonly restores = new Map<string, Restore>();
  readonly #tenants = new Map<string, TenantState>();
  /** Of all tenants. */
  births = 0;
  pins = 0;
  /** The last one given to a fitness, and to a birth. */
  fitnessSequence = 0;
  birthSequence = 0;

  get tenants(): ReadonlyMap<string, TenantState> {
    return this.#tenants;
  }

  of(tenant: string): TenantState {
    let found = this.#tenants.get(tenant);
    if (found === undefined) this.#tenants.set(tenant, (found = new TenantState()));
    return found;
  }

  apply(change: Change): void {
    switch (change.table) {
      case 'population':
        return this.#putPopulation(change.id, change.row);
      case 'member':
        return this.#putMember(this.populations.get(change.population)!, change.id, change.row);
      case 'fitness':
        this.fitnessSequence = Math.max(this.fitnessSequence, change.row?.sequence ?? 0);
        return this.populations.get(change.population)!.setFitness(change.id, change.row);
      case 'birth':
        this.births++;
        this.birthSequence = Math.max(this.birthSequence, change.row.sequence);
        return this.of(change.tenant).graph.add(change.row);
      case 'pin': {
        const { pins } = this.of(change.tenant);
        this.pins -= pins.size;
        put(pins, change.id, change.row);
        this.pins += pins.size;
        return;
      }
      case 'orphan':
        return put(this.of(change.tenant).orphans, change.id, change.row);
      case 'restore':
        return put(this.restores, change.id, change.row);
    }
  }

  /** Whether a population has this id, or is to have it. */
  isTaken(id: string): boolean {
    return this.populations.has(id) || this.restores.has(id);
  }

  #putPopulation(id: string, row: Population | undefined): void {
    const known = this.populations.get(id);
    if (row === undefined) this.populations.delete(id);
    else if (known) known.population = row;
    else this.populations.set(id, new PopulationState(row));
  }

  #putMember(state: PopulationState, id: string, row: Member | undefined): void {
    const wasMember = state.members.has(id);
    state.setMember(id, row);
    this.of(state.population.tenant).memberChanged(state, id, wasMember);
  }
}

function put<T>(rows: Map<string, T>, id: string, row: T | undefined): void {
  if (row === undefined) rows.delete(id);
  else rows.set(id, row);
}
