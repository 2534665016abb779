import { populationMessage } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const deletePopulation: PopulationRoute<'deletePopulation'> =
  ({ registryOf, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('DeletePopulation', identityOf(context).tenant, request, async () => {
      const id = mapped((problems) => problems.id('id', request.id));
      const { allowMissing } = request;
      const last = await registryOf(context).populations.delete(id, { allowMissing });
      return last === undefined ? {} : { population: populationMessage(last) };
    });
