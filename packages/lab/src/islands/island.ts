import { setTimeout as delay } from 'node:timers/promises';
import { PetriError } from '@petri/client';
import type { Petri } from '@petri/client';
import type { RetryPolicy } from '../evolution/assessor.ts';
import { EvaluatorUnavailable } from '../evolution/evaluator.ts';
import { evolve } from '../evolution/evolve.ts';
import type { Evolution, GenerationReport } from '../evolution/evolve.ts';
import type { Exchanged } from '../evolution/exchange.ts';
import type { Individual } from '../evolution/individual.ts';
import { NodeEvaluator, regressionSpec } from '../node/evaluator.ts';
import { fitnessData } from '../problems/problem.ts';
import type { Problem } from '../problems/problem.ts';
import { Residents } from './residents.ts';

/** A node that is started again on a busy machine needs some seconds; the doubling waits add up to 25 s. */
const PATIENT: RetryPolicy = {
  attempts: 8,
  wait: (attempt, signal) => delay(100 * 2 ** attempt, undefined, { signal }),
};

export interface IslandOptions {
  /** Of the island's node. */
  readonly petri: Petri;
  readonly id: string;
  /** Id of the population in the archipelago. */
  readonly population: string;
  /** Whether its node has other islands, too. */
  readonly shared: boolean;
  readonly problem: Problem;
  readonly seed: string;
  readonly onGeneration: (report: GenerationReport) => void;
  /** Told once in a row of failures that it cannot reach the others, and that it does again. */
  readonly onContact: (failure: Error | undefined) => void;
}

/** How the search on an island ended; LOST: its node did not answer any more. */
export type IslandEnd =
  Evolution | { readonly stop: 'LOST'; readonly why: string; readonly last?: GenerationReport };

const NOBODY: Exchanged = { recorded: new Map(), newcomers: [] };

/** An engine that evolves on one island, and its population there. */
export class EvolvingIsland {
  readonly id: string;
  /** Id of its population on its node, in which others' individuals arrive. */
  readonly population: string;
  readonly evaluator: NodeEvaluator;
  readonly petri: Petri;
  readonly #options: IslandOptions;
  readonly #residents: Residents;
  #failing = false;

  constructor(options: IslandOptions) {
    const { petri, id, problem, population, shared } = options;
    this.#options = options;
    this.id = id;
    this.petri = petri;
    this.population = shared ? `${population}.${id}` : population;
    this.evaluator = new NodeEvaluator(petri.sandboxes, 'REALM');
    const spec = regressionSpec(fitnessData(problem, problem.training, problem.scaling));
    this.#residents = new Residents({ petri, island: id, population: this.population, problem, spec });
  }

  open(): Promise<void> {
    return this.#residents.open();
  }

  /** Evolves until the goal, the last generation, the signal or the loss of the node. */
  async run(signal: AbortSignal): Promise<IslandEnd> {
    const { problem, seed, onGeneration } = this.#options;
    const { grammar, settings, goal, training, scaling } = problem;
    const search = evolve({
      grammar,
      settings,
      goal,
      data: fitnessData(problem, training, scaling),
      evaluator: this.evaluator,
      // The same problem, and another beginning on each.
      seed: `${seed}/${this.id}`,
      signal,
      retry: PATIENT,
      exchange: (generation) => this.#exchange(generation),
    });
    let last: GenerationReport | undefined;
    try {
      let step = await search.next();
      for (; !step.done; step = await search.next()) {
        last = step.value;
        onGeneration(last);
      }
      return step.value;
    } catch (error) {
      if (signal.aborted && last !== undefined) return { stop: 'ABORTED', last };
      if (!(error instanceof EvaluatorUnavailable)) throw error;
      return { stop: 'LOST', why: error.message, ...(last && { last }) };
    }
  }

  /** The winner's ancestors, so far as they are recorded: how many were born on which island. */
  async descent(winner: Individual): Promise<ReadonlyMap<string, number>> {
    const id = await this.#residents.record(winner);
    const { relatives } = await this.petri.lineage.ancestors(id, { limit: 10_000 });
    return tallyOf(relatives.map(({ island }) => island));
  }

  /** Leaves nothing of it on the node, if that answers. */
  async close(): Promise<void> {
    await this.#residents.close().catch(() => undefined);
  }

  /** Whoever cannot reach its population goes on alone. */
  async #exchange(generation: readonly Individual[]): Promise<Exchanged> {
    const { onContact } = this.#options;
    try {
      const exchanged = await this.#residents.exchange(generation);
      if (this.#failing) onContact(undefined);
      this.#failing = false;
      return exchanged;
    } catch (error) {
      if (!(error instanceof PetriError)) throw error;
      if (!this.#failing) onContact(error);
      this.#failing = true;
      return NOBODY;
    }
  }
}

function tallyOf(islands: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const island of islands) counts.set(island, (counts.get(island) ?? 0) + 1);
  return counts;
}
