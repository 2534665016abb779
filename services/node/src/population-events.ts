import type { Fitness, PopulationEvents } from '@petri/population';
import type { FitnessRecord, SandboxEvents } from '@petri/sandbox';

/** What populations have to tell, among the node's events. */
export function populationEvents(events: SandboxEvents): PopulationEvents {
  return {
    fitnessRecorded: (population, fitness) =>
      events.fitness({ id: fitness.id, population }, recordOf(fitness)),
    fitnessAdjusted: (population, fitness) => {
      const { delta = 0, reason = '' } = fitness.adjustments.at(-1) ?? {};
      events.fitness({ id: fitness.id, population }, { ...recordOf(fitness), adjusted: { delta, reason } });
    },
  };
}

function recordOf({ generation, score, error, evaluationUs, components }: Fitness): FitnessRecord {
  return { generation, score, error, evaluationUs, components };
}
