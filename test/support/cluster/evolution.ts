/** An engine that evolves a population on one island, for as long as it is let. */
import { setTimeout as pause } from 'node:timers/promises';
import type { EvaluationSpec, Petri } from '@petri/client';

export const POPULATION = 'p';
export const SPEC: EvaluationSpec = {
  suite: { cases: [{ function: 'f', expected: 1, comparison: 'CLOSENESS' }] },
};

/** Own individuals that survive; migrants all do. */
const SURVIVORS = 3;
/** Between generations: several islands share the machine. */
const PACE_MS = 20;
const STEP = 0.1;

export const isMigrant = (id: string) => id.startsWith('migrant-');
export const constant = (value: number) => `export const f = () => ${value};`;

export class Evolution {
  readonly island: string;
  readonly #petri: () => Petri;
  #born = 0;
  #generation = 0;
  #running: Promise<void> | undefined;
  #stopping = false;
  #failure: unknown;
  /** Migrants that came while a generation was made, and were not among its survivors. */
  readonly left = new Set<string>();

  constructor(island: string, petri: () => Petri) {
    this.island = island;
    this.#petri = petri;
  }

  /** The last generation that the node acknowledged. */
  get generation(): number {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#generation;
  }

  /** A population with these constants. */
  async seed(...values: number[]): Promise<void> {
    this.#generation = 0;
    await this.#petri().populations.create({ id: POPULATION });
    for (const value of values) await this.#bear(value);
  }

  start(): void {
    this.#stopping = false;
    this.#running ??= this.#run();
  }

  /** Once the generation under way is done. Rejects with what went wrong since `start`. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    this.#running = undefined;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stopping) {
        await this.#advance();
        await pause(PACE_MS);
      }
    } catch (thrown) {
      this.#failure = thrown;
    }
  }

  async #advance(): Promise<void> {
    const { populations, fitness, sandboxes } = this.#petri();
    const ranked = (await fitness.top(POPULATION, 10_000)).map(({ fitness: { id } }) => id);
    const parent = Number(await sandboxes.call(ranked[0]!, 'f'));
    const child = await this.#bear(parent + (Math.random() - 0.5) * STEP);
    const own = ranked.filter((id) => !isMigrant(id)).slice(0, SURVIVORS);
    const survivors = [child, ...own, ...ranked.filter(isMigrant)];
    const { population, left } = await populations.advance(POPULATION, { survivors });
    this.#generation = population.generation;
    for (const id of left) {
      if (isMigrant(id)) this.left.add(id);
      await sandboxes.destroy(id);
    }
  }

  async #bear(value: number): Promise<string> {
    const { populations, sandboxes } = this.#petri();
    const id = `${this.island}-${this.#born++}`;
    await sandboxes.create({ id, genome: constant(value), population: POPULATION });
    await populations.add(POPULATION, [id]);
    await sandboxes.evaluate(id, SPEC, { record: { population: POPULATION } });
    return id;
  }
}
