import { defined } from '../../defined.ts';
import { populationMessage, readNewcomer } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

/** As many as a population can hold. */
const MAX_SURVIVORS = 100_000;

export const advanceGeneration: PopulationRoute<'advanceGeneration'> =
  ({ registryOf, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('AdvanceGeneration', identityOf(context).tenant, request, async () => {
      const { expectedGeneration, allowForeignParents, survivors } = request;
      const { id, newcomers } = mapped((problems) => {
        problems.atMost('survivors', survivors.length, MAX_SURVIVORS);
        problems.atMost('newcomers', request.newcomers.length, MAX_BATCH);
        return {
          id: problems.id('population', request.population),
          newcomers: problems.each('newcomers', request.newcomers, (each) => readNewcomer(problems, each)),
        };
      });
      const { population, left } = await registryOf(context).populations.advance(id, {
        survivors,
        newcomers,
        ...defined({ expectedGeneration, allowForeignParents }),
      });
      return { population: populationMessage(population), left };
    });
