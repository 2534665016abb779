import { defined } from '../../defined.ts';
import { readLabels } from '../../mapping/labels.ts';
import { populationMessage, readDirection, readIsland } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const createPopulation: PopulationRoute<'createPopulation'> =
  ({ registryOf, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('CreatePopulation', identityOf(context).tenant, request, async () => {
      const { id, direction, parent, island, labels } = request;
      const spec = mapped((problems) =>
        defined({
          id: id === '' ? undefined : problems.id('id', id),
          direction: readDirection(problems, 'direction', direction),
          parent: parent === '' ? undefined : problems.id('parent', parent),
          island: readIsland(problems, island),
          labels: readLabels(problems, labels),
        }),
      );
      return { population: populationMessage(await registryOf(context).populations.create(spec)) };
    });
