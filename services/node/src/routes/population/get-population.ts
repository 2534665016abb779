import { populationMessage } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const getPopulation: PopulationRoute<'getPopulation'> =
  ({ registryOf }) =>
  (request, context) => {
    const id = mapped((problems) => problems.id('id', request.id));
    return { population: populationMessage(registryOf(context).populations.get(id)) };
  };
