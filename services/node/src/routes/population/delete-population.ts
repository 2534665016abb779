import { PetriError } from '@petri/core';
import { populationMessage } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const deletePopulation: PopulationRoute<'deletePopulation'> =
  ({ registry, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('DeletePopulation', identityOf(context).tenant, request, async () => {
      const id = mapped((problems) => problems.id('id', request.id));
      try {
        return { population: populationMessage(await registry.populations.delete(id)) };
      } catch (thrown) {
        if (request.allowMissing && PetriError.from(thrown).code === 'not_found') return {};
        throw thrown;
      }
    });
