import { individualMessage } from '../../mapping/lineage.ts';
import { uint32 } from '../../mapping/numbers.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const getCommonAncestor: PopulationRoute<'getCommonAncestor'> =
  ({ registryOf }) =>
  async (request, context) => {
    const ids = mapped((problems) => problems.each('ids', request.ids, (id) => problems.id('', id)));
    const found = await registryOf(context).lineage.commonAncestor(ids);
    if (!found) return {};
    return { ancestor: individualMessage(found.ancestor), distances: found.distances.map(uint32) };
  };
