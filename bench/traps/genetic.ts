import { BITS, type Evaluator } from './problem.ts';

const CONTESTANTS = 3;
const CROSSOVER = 0.9;
const MUTATION = 1 / BITS;

export type Individual = { id: string; bits: number; score: number };

type Random = () => number;

/** A generational genetic algorithm as textbooks have it; the best of a generation gets into the next as it is. */
export class GeneticAlgorithm {
  readonly #name: string;
  readonly #size: number;
  readonly #evaluator: Evaluator;
  readonly #random: Random;
  #members: readonly Individual[];
  #generation = 0;

  /** `name` begins the ids of its individuals. */
  constructor(name: string, size: number, evaluator: Evaluator, random: Random) {
    this.#name = name;
    this.#size = size;
    this.#evaluator = evaluator;
    this.#random = random;
    this.#members = Array.from({ length: size }, (_, n) => this.#born(n, Math.floor(random() * 2 ** BITS)));
  }

  get generation(): number {
    return this.#generation;
  }

  get members(): readonly Individual[] {
    return this.#members;
  }

  /** An immigrant, in the place of a resident if it takes one. */
  admit(immigrant: Individual, givesWay: string | undefined): void {
    this.#members = [...this.#members.filter(({ id }) => id !== givesWay), immigrant];
  }

  step(): void {
    const parents = this.#members;
    this.#generation++;
    const best = parents.reduce((a, b) => (b.score > a.score ? b : a));
    const next: Individual[] = [{ ...best, id: this.#idOf(0) }];
    while (next.length < this.#size) {
      const pair = this.#crossed(this.#selected(parents).bits, this.#selected(parents).bits);
      for (const bits of pair.slice(0, this.#size - next.length))
        next.push(this.#born(next.length, this.#mutated(bits)));
    }
    this.#members = next;
  }

  #born(n: number, bits: number): Individual {
    return { id: this.#idOf(n), bits, score: this.#evaluator.evaluate(bits) };
  }

  #idOf(n: number): string {
    return `${this.#name}-${this.#generation}-${n}`;
  }

  #selected(members: readonly Individual[]): Individual {
    const draw = () => members[Math.floor(this.#random() * members.length)]!;
    let winner = draw();
    for (let n = 1; n < CONTESTANTS; n++) {
      const contestant = draw();
      if (contestant.score > winner.score) winner = contestant;
    }
    return winner;
  }

  /** At two points. */
  #crossed(a: number, b: number): [number, number] {
    if (this.#random() >= CROSSOVER) return [a, b];
    const [from, to] = [this.#point(), this.#point()].toSorted((x, y) => x - y) as [number, number];
    const mask = 2 ** to - 2 ** from;
    return [(a & ~mask) | (b & mask), (b & ~mask) | (a & mask)];
  }

  #point(): number {
    return Math.floor(this.#random() * (BITS + 1));
  }

  #mutated(bits: number): number {
    let mutated = bits;
    for (let bit = 0; bit < BITS; bit++) if (this.#random() < MUTATION) mutated ^= 1 << bit;
    return mutated;
  }
}
