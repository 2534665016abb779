import { readRelatives, relativeMessage } from '../../mapping/lineage.ts';
import type { PopulationRoute } from '../../parts.ts';

export const getAncestors: PopulationRoute<'getAncestors'> =
  ({ registryOf }) =>
  (request, context) => {
    const { id, query } = readRelatives(request);
    const { relatives, truncated } = registryOf(context).lineage.ancestors(id, query);
    return { relatives: relatives.map(relativeMessage), truncated };
  };
