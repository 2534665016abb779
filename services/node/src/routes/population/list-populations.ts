import { readPage } from '../../mapping/pages.ts';
import { populationMessage } from '../../mapping/population.ts';
import { uint32 } from '../../mapping/numbers.ts';
import type { PopulationRoute } from '../../parts.ts';

export const listPopulations: PopulationRoute<'listPopulations'> =
  ({ registryOf }) =>
  (request, context) => {
    const { populations, nextPageToken, totalSize } = registryOf(context).populations.list(readPage(request));
    return {
      populations: populations.map(populationMessage),
      nextPageToken,
      totalSize: uint32(totalSize),
    };
  };
