import { rankedMessage } from '../../mapping/fitness.ts';
import { uint32 } from '../../mapping/numbers.ts';
import { readPage } from '../../mapping/pages.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const rankFitness: PopulationRoute<'rankFitness'> =
  ({ registryOf }) =>
  (request, context) => {
    const { ids } = request;
    const population = mapped((problems) => {
      problems.atMost('ids', ids.length, MAX_BATCH);
      return problems.id('population', request.population);
    });
    const query = { ...readPage(request), ...(ids.length === 0 ? {} : { ids }) };
    const { ranked, nextPageToken, totalSize } = registryOf(context).fitness.rank(population, query);
    return { ranked: ranked.map(rankedMessage), nextPageToken, totalSize: uint32(totalSize) };
  };
