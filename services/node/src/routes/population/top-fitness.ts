import { rankedMessage } from '../../mapping/fitness.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

const DEFAULT_COUNT = 10;

export const topFitness: PopulationRoute<'topFitness'> =
  ({ registryOf }) =>
  (request, context) => {
    const { ids, count } = request;
    const population = mapped((problems) => {
      problems.atMost('ids', ids.length, MAX_BATCH);
      return problems.id('population', request.population);
    });
    const among = ids.length === 0 ? undefined : ids;
    const { ranked } = registryOf(context).fitness.top(population, count || DEFAULT_COUNT, among);
    return { ranked: ranked.map(rankedMessage) };
  };
