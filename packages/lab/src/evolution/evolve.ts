import type { Grammar } from '../gp/primitives.ts';
import { printModule } from '../gp/print.ts';
import { size } from '../gp/tree.ts';
import { Assessor } from './assessor.ts';
import type { RetryPolicy } from './assessor.ts';
import { firstGeneration, nextGeneration } from './breeding.ts';
import type { Evaluator, FitnessData, Outcome } from './evaluator.ts';
import type { Exchange } from './exchange.ts';
import { compare } from './individual.ts';
import type { Individual, Offspring } from './individual.ts';
import type { Settings } from './settings.ts';
import { Stagnation } from './stagnation.ts';

export interface EvolveOptions {
  readonly grammar: Grammar;
  readonly settings: Settings;
  /** What the fitness program is given about the training rows. */
  readonly data: FitnessData;
  readonly evaluator: Evaluator;
  readonly seed: string;
  /** Score at which the search stops. */
  readonly goal: number;
  /** Connects the search with others. With one, the same seed need not give the same individuals. */
  readonly exchange?: Exchange;
  readonly signal?: AbortSignal;
  readonly retry?: RetryPolicy;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

export interface GenerationReport {
  readonly generation: number;
  /** How often the search has started over. */
  readonly restarts: number;
  /** The best individual since the start, of whichever generation. */
  readonly best: Individual;
  /** Mean score of the generation. */
  readonly mean: number;
  /** Different sources in the generation. */
  readonly distinct: number;
  /** Evaluations by a node since the start; what the cache answered is not among them. */
  readonly evaluations: number;
  readonly cached: number;
  readonly evaluationsPerSecond: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  readonly elapsedMs: number;
}

export interface Evolution {
  readonly stop: 'GOAL' | 'GENERATIONS' | 'ABORTED';
  readonly last: GenerationReport;
}

/**
 * Evolves until the goal, the last generation or the signal, yielding a report after each generation. The same seed,
 * settings and data give the same individuals, whatever the order in which evaluations finish.
 */
export async function* evolve(options: EvolveOptions): AsyncGenerator<GenerationReport, Evolution> {
  const {
    grammar,
    settings,
    seed,
    goal,
    exchange = alone,
    signal = new AbortController().signal,
    now = () => performance.now(),
  } = options;
  const assessor = new Assessor(options);
  const stagnation = new Stagnation(settings.patience);
  const started = now();
  let offspring: readonly Offspring[] = firstGeneration(grammar, settings, seed, 0);
  const assessed = (given: readonly Offspring[]) => assess(given, grammar, assessor, signal);
  for (let generation = 0, last: GenerationReport | undefined; ; generation++) {
    const orAborted = (error: unknown) => {
      if (last !== undefined && signal.aborted) return undefined;
      throw error;
    };
    const population = await assessed(offspring).catch(orAborted);
    if (population === undefined) return { stop: 'ABORTED', last: last as GenerationReport };
    const fittest = population.toSorted(compare)[0] as Individual;
    last = {
      generation,
      restarts: stagnation.restarts,
      best: last !== undefined && compare(last.best, fittest) <= 0 ? last.best : fittest,
      ...statistics(population, assessor, now() - started),
    };
    yield last;
    if (last.best.score >= goal) return { stop: 'GOAL', last };
    if (generation + 1 >= settings.generations) return { stop: 'GENERATIONS', last };
    if (signal.aborted) return { stop: 'ABORTED', last };
    const { recorded, newcomers } = await exchange(population);
    const arrived = await assessed(newcomers).catch(orAborted);
    if (arrived === undefined) return { stop: 'ABORTED', last };
    const parents = [...population.map((each) => known(each, recorded)), ...arrived];
    const next = generation + 1;
    offspring = stagnation.isStuck(fittest)
      ? [...arrived, ...firstGeneration(grammar, settings, seed, next)].slice(0, settings.population)
      : nextGeneration(parents, grammar, settings, seed, next);
  }
}

const alone: Exchange = () => Promise.resolve({ recorded: new Map(), newcomers: [] });

/** Whoever is recorded is the nearest recorded ancestor of its children. */
function known(individual: Individual, recorded: ReadonlyMap<string, string>): Individual {
  const id = recorded.get(individual.source);
  return id === undefined ? individual : { ...individual, descent: [id] };
}

async function assess(
  offspring: readonly Offspring[],
  { variables }: Grammar,
  assessor: Assessor,
  signal: AbortSignal,
): Promise<Individual[]> {
  const sources = offspring.map(({ tree }) => printModule(tree, variables));
  const assessments = await assessor.assess(sources, signal);
  return assessments.map(({ outcome, score, components }, index) => {
    const { tree, descent } = offspring[index] as Offspring;
    const completed = outcome === 'COMPLETED' && score !== undefined && Number.isFinite(score);
    return {
      tree,
      descent,
      source: sources[index] as string,
      size: size(tree),
      outcome,
      score: completed ? score : 0,
      components,
    };
  });
}

function statistics(
  population: readonly Individual[],
  assessor: Assessor,
  elapsedMs: number,
): Omit<GenerationReport, 'generation' | 'restarts' | 'best'> {
  const { evaluations, cached, outcomes } = assessor;
  return {
    mean: population.reduce((sum, { score }) => sum + score, 0) / population.length,
    distinct: new Set(population.map(({ source }) => source)).size,
    evaluations,
    cached,
    evaluationsPerSecond: elapsedMs > 0 ? (evaluations / elapsedMs) * 1000 : 0,
    outcomes,
    elapsedMs,
  };
}
