import type { Fitness, Population, PopulationEvents } from '@petri/population';
import type { FitnessRecord, SandboxEvents, Subject } from '@petri/sandbox';

/** What populations have to tell, among the node's events. Whose a population is, its members are. */
export function populationEvents(events: SandboxEvents): PopulationEvents {
  return {
    fitnessRecorded: (population, fitness) =>
      events.fitness(subjectOf(population, fitness), recordOf(fitness)),
    fitnessAdjusted: (population, fitness) => {
      const { delta = 0, reason = '' } = fitness.adjustments.at(-1) ?? {};
      events.fitness(subjectOf(population, fitness), { ...recordOf(fitness), adjusted: { delta, reason } });
    },
  };
}

function subjectOf({ id: population, tenant }: Population, { id }: Fitness): Subject {
  return { id, tenant, population };
}

function recordOf({ generation, score, error, evaluationUs, components }: Fitness): FitnessRecord {
  return { generation, score, error, evaluationUs, components };
}
