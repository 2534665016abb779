import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const pinSandboxes: PopulationRoute<'pinSandboxes'> =
  ({ registryOf }) =>
  async ({ ids, reason }, context) => {
    mapped((problems) => problems.atMost('ids', ids.length, MAX_BATCH));
    await registryOf(context).pins.pin(ids, reason);
    return {};
  };
