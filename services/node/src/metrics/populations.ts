import { type BatchObservableResult, type Meter, metrics } from '@opentelemetry/api';
import type { Registry, Vitals } from '@petri/population';

type Told = {
  registry: Pick<Registry, 'census' | 'vitals'>;
  /** The only populations that have series of their own: their number is bounded by whoever configures the node. */
  named: readonly string[];
};

/** What is not told any more, the SDK repeats: so it is told that there is none. */
const NO_SCORES: NonNullable<Vitals['scores']> = { best: NaN, mean: NaN, median: NaN, worst: NaN };

/** Tells, whenever somebody collects, what populations are like: all of them together, and those that are named. */
export function measurePopulations(
  { registry, named }: Told,
  meter: Meter = metrics.getMeter('petri.node'),
): { close: () => Promise<void> } {
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(name, { unit, description });
  const populations = gauge('petri.populations', '{population}', 'Populations recorded');
  const members = gauge('petri.populations.members', '{member}', 'Members of all populations, by fitness');
  const generation = gauge('petri.population.generation', '1', 'Generation of a named population');
  const size = gauge('petri.population.members', '{member}', 'Members of a named population');
  const diversity = gauge('petri.population.diversity', '1', 'Different genomes by known ones');
  const score = gauge('petri.population.score', '1', 'Scores of the members of a named population');

  const observe = async (result: BatchObservableResult) => {
    const census = registry.census();
    result.observe(populations, census.populations);
    for (const [fitness, count] of Object.entries(census.members))
      result.observe(members, count, { 'petri.member.fitness': fitness });
    for (const id of named) {
      const vitals = await registry.vitals(id);
      const { scores = NO_SCORES } = vitals ?? {};
      const labels = { 'petri.population': id };
      result.observe(size, vitals?.size ?? 0, labels);
      result.observe(generation, vitals?.generation ?? NaN, labels);
      result.observe(diversity, vitals?.diversity.ratio ?? NaN, labels);
      for (const [statistic, value] of Object.entries(scores))
        result.observe(score, value, { ...labels, 'petri.statistic': statistic });
    }
  };
  const observed = [populations, members, generation, size, diversity, score];
  meter.addBatchObservableCallback(observe, observed);
  return {
    close: () => Promise.resolve(meter.removeBatchObservableCallback(observe, observed)),
  };
}
