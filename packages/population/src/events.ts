import type { Fitness } from './types.ts';

/** Told of what happens; must not throw. Whoever makes spans, metrics and streams of it sits behind this. */
export type PopulationEvents = {
  fitnessRecorded(population: string, fitness: Fitness): void;
  fitnessAdjusted(population: string, fitness: Fitness): void;
};
