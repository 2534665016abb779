import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const pinSandboxes: PopulationRoute<'pinSandboxes'> =
  ({ registry }) =>
  async ({ ids, reason }) => {
    mapped((problems) => problems.atMost('ids', ids.length, MAX_BATCH));
    await registry.pins.pin(ids, reason);
    return {};
  };
