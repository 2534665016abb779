import { fitnessMessage, readFitnessEntry } from '../../mapping/fitness.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const recordFitness: PopulationRoute<'recordFitness'> =
  ({ registryOf, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('RecordFitness', identityOf(context).tenant, request, async () => {
      const { population, entries } = mapped((problems) => {
        problems.atMost('entries', request.entries.length, MAX_BATCH);
        return {
          population: problems.id('population', request.population),
          entries: problems.each('entries', request.entries, (entry) => readFitnessEntry(problems, entry)),
        };
      });
      return { fitness: (await registryOf(context).fitness.record(population, entries)).map(fitnessMessage) };
    });
