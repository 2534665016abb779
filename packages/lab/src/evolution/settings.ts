import type { Limits } from '../gp/vary.ts';

/** How a population evolves. The defaults solve both demo problems for every one of 300 seeds. */
export interface Settings {
  readonly population: number;
  readonly generations: number;
  readonly tournament: number;
  /** Best individuals that pass to the next generation as they are. */
  readonly elite: number;
  /** Share of each generation given to copies of the elite with their constants moved: hill climbing. */
  readonly tunedShare: number;
  /** Share of each generation given to fresh random trees, against premature convergence. */
  readonly immigrantShare: number;
  /** Generations without visible progress after which the search starts over from random trees. */
  readonly patience: number;
  /** Depths of the initial trees. */
  readonly initial: { readonly minDepth: number; readonly maxDepth: number };
  readonly limits: Limits;
  /** Relative weights of the operators that fill the remaining slots. */
  readonly operators: Operators;
}

export interface Operators {
  readonly crossover: number;
  readonly subtree: number;
  readonly point: number;
  readonly hoist: number;
  readonly shrink: number;
  readonly constants: number;
  readonly wrap: number;
}

export const DEFAULTS: Settings = {
  population: 400,
  generations: 150,
  tournament: 3,
  elite: 4,
  tunedShare: 0.1,
  immigrantShare: 0.05,
  patience: 6,
  initial: { minDepth: 1, maxDepth: 4 },
  limits: { maxDepth: 6, maxSize: 20 },
  operators: { crossover: 60, subtree: 14, point: 8, hoist: 4, shrink: 4, constants: 8, wrap: 2 },
};
