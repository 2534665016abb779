import { defined } from '../../defined.ts';
import { statisticsMessage } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const getPopulationStatistics: PopulationRoute<'getPopulationStatistics'> =
  ({ registryOf }) =>
  (request, context) => {
    const { quantiles, buckets } = request;
    const population = mapped((problems) => problems.id('population', request.population));
    const query = defined({
      quantiles: quantiles.length === 0 ? undefined : quantiles,
      buckets: buckets === 0 ? undefined : buckets,
    });
    return statisticsMessage(registryOf(context).populations.statistics(population, query));
  };
