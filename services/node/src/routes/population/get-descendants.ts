import { readRelatives, relativeMessage } from '../../mapping/lineage.ts';
import type { PopulationRoute } from '../../parts.ts';

export const getDescendants: PopulationRoute<'getDescendants'> =
  ({ registryOf }) =>
  (request, context) => {
    const { id, query } = readRelatives(request);
    const { relatives, truncated } = registryOf(context).lineage.descendants(id, query);
    return { relatives: relatives.map(relativeMessage), truncated };
  };
