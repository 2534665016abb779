import { PetriError } from '@petri/core';
import { populationMessage } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const deletePopulation: PopulationRoute<'deletePopulation'> =
  ({ registryOf, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('DeletePopulation', identityOf(context).tenant, request, async () => {
      const id = mapped((problems) => problems.id('id', request.id));
      try {
        return { population: populationMessage(await registryOf(context).populations.delete(id)) };
      } catch (thrown) {
        if (request.allowMissing && PetriError.from(thrown).code === 'not_found') return {};
        throw thrown;
      }
    });
