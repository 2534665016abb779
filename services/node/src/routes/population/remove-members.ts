import { populationMessage } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const removeMembers: PopulationRoute<'removeMembers'> =
  ({ registryOf, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('RemoveMembers', identityOf(context).tenant, request, async () => {
      const { ids, allowMissing } = request;
      const population = mapped((problems) => {
        problems.atMost('ids', ids.length, MAX_BATCH);
        return problems.id('population', request.population);
      });
      const left = await registryOf(context).populations.removeMembers(population, ids, { allowMissing });
      return { population: populationMessage(left) };
    });
