import { individualMessage } from '../../mapping/lineage.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const getLineage: PopulationRoute<'getLineage'> =
  ({ registryOf }) =>
  (request, context) => {
    const id = mapped((problems) => problems.id('id', request.id));
    return { individual: individualMessage(registryOf(context).lineage.get(id)) };
  };
