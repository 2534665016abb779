import { readRelatives, relativeMessage } from '../../mapping/lineage.ts';
import type { PopulationRoute } from '../../parts.ts';

export const getAncestors: PopulationRoute<'getAncestors'> =
  ({ registry }) =>
  (request) => {
    const { id, query } = readRelatives(request);
    const { relatives, truncated } = registry.lineage.ancestors(id, query);
    return { relatives: relatives.map(relativeMessage), truncated };
  };
