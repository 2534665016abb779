/** Populations in memory: a genome is a number in its code, and evaluating it gives that number. */
import { create } from '@bufbuild/protobuf';
import {
  type ClaimedFitness,
  ClaimedFitnessSchema,
  GenomeSchema,
  type IslandPopulation,
  IslandPopulationSchema,
  type Migrant,
} from '@petri/contracts/v1';
import { notFound } from '@petri/core';
import { genomeSha256 } from '../src/migration/genome-hash.ts';
import type { Arrival, Assessed, IslandPort, Packed } from '../src/migration/port.ts';
import { Refusal } from '../src/migration/refusal.ts';
import type { Individual } from '../src/policy/individual.ts';

export const EVALUATOR = 'e'.repeat(64);

export const genomeOf = (value: number) =>
  create(GenomeSchema, {
    entry: 'main',
    modules: [{ name: 'main', code: { case: 'javascript', value: `export const f = () => ${value};` } }],
  });

export const hashOf = (value: number) => genomeSha256(genomeOf(value));

export const claim = (score: number, evaluatorSha256 = EVALUATOR): ClaimedFitness =>
  create(ClaimedFitnessSchema, { score, evaluatorSha256 });

type Resident = { id: string; value: number; hops: number; origin: string; parents: string[] };

export class FakeIslands implements IslandPort {
  readonly residents = new Map<string, Resident[]>();
  readonly arrivals: Arrival[] = [];
  generation = 0;
  /** Whether the best score is told of. */
  scored = false;
  evaluator = EVALUATOR;
  evaluations = 0;
  /** Evaluations wait for it. */
  ready: Promise<void> = Promise.resolve();
  /** Called once somebody was let in. */
  onAdmitted: (() => void) | undefined;
  /** What the next evaluations throw, in order. */
  readonly failures: Error[] = [];

  settle(island: string, ...values: number[]): this {
    const residents = values.map((value) => ({
      id: `${island}-${value}`,
      value,
      hops: 0,
      origin: island,
      parents: [],
    }));
    this.residents.set(island, residents);
    return this;
  }

  values(island: string): number[] {
    return this.#on(island, 'p').map(({ value }) => value);
  }

  async populations(island: string): Promise<IslandPopulation[]> {
    if (!this.residents.has(island)) return [];
    const values = this.values(island);
    const [members, best] = [values.length, this.scored && values.length > 0 && Math.max(...values)];
    const bestScore = best === false ? {} : { bestScore: best };
    const { generation } = this;
    return [create(IslandPopulationSchema, { population: 'p', generation, members, ...bestScore })];
  }

  async individuals(island: string, population: string): Promise<Individual[]> {
    return this.#on(island, population).map(({ id, value }) => ({
      id,
      genomeSha256: hashOf(value),
      merit: value,
      behaviour: [value],
    }));
  }

  async hasAdmitted(_island: string, _population: string, id: string): Promise<boolean> {
    return this.arrivals.some((arrival) => arrival.id === id);
  }

  async evaluatorOf(): Promise<string> {
    return this.evaluator;
  }

  async pack(island: string, population: string, individual: string): Promise<Packed> {
    const found = this.#on(island, population).find(({ id }) => id === individual);
    if (!found) throw notFound('individual', individual);
    const { value, hops, origin, parents } = found;
    return {
      genome: genomeOf(value),
      limits: undefined,
      fitness: claim(value, this.evaluator),
      behaviourSha256: '',
      parents,
      ancestry: [],
      generation: 0,
      origin,
      hops,
    };
  }

  async evaluate(_island: string, _population: string, migrant: Migrant): Promise<Assessed> {
    this.evaluations++;
    await this.ready;
    const failure = this.failures.shift();
    if (failure) throw failure;
    return this.#assessed(valueOf(migrant));
  }

  async believe(_island: string, _population: string, fitness: ClaimedFitness): Promise<Assessed> {
    return this.#assessed(fitness.score);
  }

  async admit(island: string, population: string, arrival: Arrival): Promise<void> {
    const { id, migrant, givesWay } = arrival;
    this.arrivals.push(arrival);
    const residents = this.#on(island, population).filter((each) => each.id !== givesWay && each.id !== id);
    const { hops, origin, individual } = migrant;
    this.residents.set(island, [
      ...residents,
      { id, value: valueOf(migrant), hops, origin, parents: [individual] },
    ]);
    this.onAdmitted?.();
  }

  #assessed(value: number): Assessed {
    return { fitness: claim(value, this.evaluator), merit: value, behaviour: [value] };
  }

  #on(island: string, population: string): Resident[] {
    const residents = this.residents.get(island);
    if (!residents || population !== 'p') throw notFound('population', population);
    return residents;
  }
}

export function valueOf({ genome }: Migrant): number {
  const [module] = genome?.modules ?? [];
  const found = /=> (-?\d+);/.exec(String(module?.code.value));
  if (!found) throw new Refusal('EVALUATION_FAILED', 'it is no number');
  return Number(found[1]);
}
