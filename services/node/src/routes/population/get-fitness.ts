import { fitnessMessage } from '../../mapping/fitness.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const getFitness: PopulationRoute<'getFitness'> =
  ({ registryOf }) =>
  (request, context) => {
    const { ids } = request;
    const population = mapped((problems) => {
      problems.atMost('ids', ids.length, MAX_BATCH);
      return problems.id('population', request.population);
    });
    const found = registryOf(context).fitness.get(population, ids);
    return {
      fitness: found.filter((fitness) => fitness !== undefined).map(fitnessMessage),
      unevaluated: ids.filter((_, index) => found[index] === undefined),
    };
  };
