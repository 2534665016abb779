import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const unpinSandboxes: PopulationRoute<'unpinSandboxes'> =
  ({ registryOf }) =>
  async ({ ids }, context) => {
    mapped((problems) => problems.atMost('ids', ids.length, MAX_BATCH));
    await registryOf(context).pins.unpin(ids);
    return {};
  };
