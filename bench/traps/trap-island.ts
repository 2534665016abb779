import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  ClaimedFitnessSchema,
  type Genome,
  GenomeSchema,
  type IslandPopulation,
  IslandPopulationSchema,
  type Migrant,
} from '@petri/contracts/v1';
import { notFound } from '@petri/core';
import {
  type Arrival,
  type Assessed,
  genomeSha256,
  type IslandPort,
  type Packed,
  Refusal,
} from '@petri/islands';
import type { GeneticAlgorithm, Individual } from './genetic.ts';
import type { Evaluator } from './problem.ts';

const POPULATION = 'traps';
const EVALUATOR_SHA256 = createHash('sha256').update('six traps of five bits').digest('hex');

/**
 * An island as the archipelago sees it: its genomes are code, its individuals those of a genetic algorithm. Immigrants wait
 * at the door while it is shut, so that all islands choose who leaves before anybody arrives, as if at the same moment.
 */
export class TrapIsland implements IslandPort {
  readonly #algorithm: GeneticAlgorithm;
  readonly #evaluator: Evaluator;
  readonly #hashes = new Map<number, string>();
  #door = Promise.withResolvers<void>();

  constructor(algorithm: GeneticAlgorithm, evaluator: Evaluator) {
    this.#algorithm = algorithm;
    this.#evaluator = evaluator;
  }

  openDoor(): void {
    this.#door.resolve();
  }

  shutDoor(): void {
    this.#door = Promise.withResolvers();
  }

  async populations(): Promise<IslandPopulation[]> {
    const { generation, members } = this.#algorithm;
    return [create(IslandPopulationSchema, { population: POPULATION, generation, members: members.length })];
  }

  async individuals() {
    return this.#algorithm.members.map(({ id, bits, score }) => ({
      id,
      genomeSha256: this.#hashOf(bits),
      merit: score,
      behaviour: [],
    }));
  }

  /** Nothing fails here, so that nobody comes twice. */
  async hasAdmitted(): Promise<boolean> {
    return false;
  }

  /** Asked of every immigrant, before anything is decided. */
  async evaluatorOf(): Promise<string> {
    await this.#door.promise;
    return EVALUATOR_SHA256;
  }

  async pack(island: string, _population: string, individual: string): Promise<Packed> {
    const found = this.#algorithm.members.find(({ id }) => id === individual);
    if (!found) throw notFound('individual', individual);
    return {
      genome: genomeOf(found.bits),
      limits: undefined,
      fitness: assessed(found.score).fitness,
      behaviourSha256: '',
      parents: [],
      ancestry: [],
      generation: this.#algorithm.generation,
      origin: island,
      hops: 0,
    };
  }

  async evaluate(_island: string, _population: string, migrant: Migrant): Promise<Assessed> {
    return assessed(this.#evaluator.evaluate(bitsOf(migrant)));
  }

  async believe(): Promise<Assessed> {
    throw new Refusal('NOT_TRUSTED', 'scores from elsewhere are not believed here');
  }

  async admit(_island: string, _population: string, arrival: Arrival): Promise<void> {
    const { id, migrant, fitness, givesWay } = arrival;
    const immigrant: Individual = { id, bits: bitsOf(migrant), score: fitness.score };
    this.#algorithm.admit(immigrant, givesWay);
  }

  #hashOf(bits: number): string {
    const known = this.#hashes.get(bits) ?? genomeSha256(genomeOf(bits));
    this.#hashes.set(bits, known);
    return known;
  }
}

function genomeOf(bits: number): Genome {
  const value = `export const bits = ${bits};`;
  return create(GenomeSchema, {
    entry: 'main',
    modules: [{ name: 'main', code: { case: 'javascript', value } }],
  });
}

function bitsOf({ genome }: Migrant): number {
  const found = /^export const bits = (\d+);$/.exec(String(genome?.modules[0]?.code.value));
  if (!found) throw new Refusal('EVALUATION_FAILED', 'it has no bits');
  return Number(found[1]);
}

function assessed(score: number): Assessed {
  const fitness = create(ClaimedFitnessSchema, { score, evaluatorSha256: EVALUATOR_SHA256 });
  return { fitness, merit: score, behaviour: [] };
}
