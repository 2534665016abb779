import type { Fitness, Population } from './types.ts';

/** Told of what happens; must not throw. Whoever makes spans, metrics and streams of it sits behind this. */
export type PopulationEvents = {
  fitnessRecorded(population: Population, fitness: Fitness): void;
  fitnessAdjusted(population: Population, fitness: Fitness): void;
};
