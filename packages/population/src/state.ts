import { Graph } from './lineage/graph.ts';
import { Ranking } from './ranking.ts';
import type { Change } from './store/store.ts';
import type { Fitness, Member, Orphan, Pin, Population, PopulationInfo } from './types.ts';

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

/** All that is recorded, in memory, indexed for what is asked of it. */
export class State {
  readonly populations = new Map<string, PopulationState>();
  readonly graph = new Graph();
  readonly pins = new Map<string, Pin>();
  readonly orphans = new Map<string, Orphan>();
  /** In how many populations an individual is a member. */
  readonly memberships = new Map<string, number>();
  /** The last one given to a fitness, and to a birth. */
  fitnessSequence = 0;
  birthSequence = 0;

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
        this.birthSequence = Math.max(this.birthSequence, change.row.sequence);
        return this.graph.add(change.row);
      case 'pin':
        return put(this.pins, change.id, change.row);
      case 'orphan':
        return put(this.orphans, change.id, change.row);
    }
  }

  #putPopulation(id: string, row: Population | undefined): void {
    const known = this.populations.get(id);
    if (row === undefined) this.populations.delete(id);
    else if (known) known.population = row;
    else this.populations.set(id, new PopulationState(row));
  }

  #putMember(state: PopulationState, id: string, row: Member | undefined): void {
    const before = state.members.has(id) ? 1 : 0;
    state.setMember(id, row);
    const count = (this.memberships.get(id) ?? 0) + (state.members.has(id) ? 1 : 0) - before;
    if (count === 0) this.memberships.delete(id);
    else this.memberships.set(id, count);
  }
}

function put<T>(rows: Map<string, T>, id: string, row: T | undefined): void {
  if (row === undefined) rows.delete(id);
  else rows.set(id, row);
}
