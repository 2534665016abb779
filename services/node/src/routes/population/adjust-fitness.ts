import { fitnessMessage } from '../../mapping/fitness.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const adjustFitness: PopulationRoute<'adjustFitness'> =
  ({ registryOf, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('AdjustFitness', identityOf(context).tenant, request, async () => {
      const { adjustments } = request;
      const population = mapped((problems) => {
        problems.atMost('adjustments', adjustments.length, MAX_BATCH);
        return problems.id('population', request.population);
      });
      return {
        fitness: (await registryOf(context).fitness.adjust(population, adjustments)).map(fitnessMessage),
      };
    });
