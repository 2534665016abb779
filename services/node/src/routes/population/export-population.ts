import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkpointFile } from '../../checkpoint/format.ts';
import { recordBytes } from '../../mapping/checkpoint.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const exportPopulation: PopulationRoute<'exportPopulation'> = ({
  registryOf,
  sandboxesOf,
  clock,
  version,
}) =>
  async function* (request, context) {
    const id = mapped((problems) => problems.id('population', request.population));
    // Both in one turn of the event loop: no run ends, and nothing is recorded, between the two.
    const checkpoint = registryOf(context).checkpoints.take(id);
    const members = checkpoint.members.map((member) => member.id);
    const sandboxes = sandboxesOf(context).capture(members, checkpoint.population.tenant);
    const taken = { checkpoint, sandboxes, exportedAtMs: clock.now(), nodeVersion: version };
    for (const chunk of checkpointFile(recordBytes(taken))) {
      yield { chunk };
      // Others get their turn while a large one is written.
      await nextTurn();
    }
  };
