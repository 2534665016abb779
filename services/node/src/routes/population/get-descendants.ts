import { readRelatives, relativeMessage } from '../../mapping/lineage.ts';
import type { PopulationRoute } from '../../parts.ts';

export const getDescendants: PopulationRoute<'getDescendants'> =
  ({ registry }) =>
  (request) => {
    const { id, query } = readRelatives(request);
    const { relatives, truncated } = registry.lineage.descendants(id, query);
    return { relatives: relatives.map(relativeMessage), truncated };
  };
