import type { Fitness, PopulationEvents } from '@petri/population';
import type { FitnessRecord, SandboxEvents } from '@petri/sandbox';

/** What populations have to tell, among the node's events. `tenantOf` says whose a sandbox is, '' if there is none. */
export function populationEvents(events: SandboxEvents, tenantOf: (id: string) => string): PopulationEvents {
  const subjectOf = ({ id }: Fitness, population: string) => ({ id, tenant: tenantOf(id), population });
  return {
    fitnessRecorded: (population, fitness) =>
      events.fitness(subjectOf(fitness, population), recordOf(fitness)),
    fitnessAdjusted: (population, fitness) => {
      const { delta = 0, reason = '' } = fitness.adjustments.at(-1) ?? {};
      events.fitness(subjectOf(fitness, population), { ...recordOf(fitness), adjusted: { delta, reason } });
    },
  };
}

function recordOf({ generation, score, error, evaluationUs, components }: Fitness): FitnessRecord {
  return { generation, score, error, evaluationUs, components };
}
