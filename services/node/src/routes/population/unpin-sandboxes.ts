import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const unpinSandboxes: PopulationRoute<'unpinSandboxes'> =
  ({ registry }) =>
  async ({ ids }) => {
    mapped((problems) => problems.atMost('ids', ids.length, MAX_BATCH));
    await registry.pins.unpin(ids);
    return {};
  };
