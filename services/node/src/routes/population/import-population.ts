import type { ImportPopulationOptions, ImportPopulationRequest } from '@petri/contracts/v1';
import { invalid, type PetriError } from '@petri/core';
import { restorePopulation } from '../../checkpoint/restore.ts';
import type { Spool } from '../../checkpoint/spool.ts';
import { uint32 } from '../../mapping/numbers.ts';
import { populationMessage } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const importPopulation: PopulationRoute<'importPopulation'> =
  ({ registryOf, sandboxesOf, identityOf, idempotency, spools }) =>
  async (requests, context) => {
    await using spool = await spools.open();
    const { id, requestId } = await received(requests, spool);
    const request = { requestId, id, sha256: spool.end() };
    return await idempotency.once('ImportPopulation', identityOf(context).tenant, request, async () => {
      const { population, sandboxes, births, former, pins } = await restorePopulation(spool, id, {
        books: registryOf(context),
        sandboxes: sandboxesOf(context),
        signal: context.signal,
      });
      return {
        population: populationMessage(population),
        sandboxes: uint32(sandboxes),
        births: uint32(births),
        formerMembers: uint32(former),
        pins: uint32(pins),
      };
    });
  };

/** The options, when all of the file is in the spool. */
async function received(
  requests: AsyncIterable<ImportPopulationRequest>,
  spool: Spool,
): Promise<Pick<ImportPopulationOptions, 'id' | 'requestId'>> {
  let options: ImportPopulationOptions | undefined;
  for await (const { part } of requests) {
    if (options === undefined) {
      if (part.case !== 'options') throw outOfPlace('options', 'are required, in the first message');
      const { id } = (options = part.value);
      mapped((problems) => id === '' || problems.id('options.id', id));
    } else {
      if (part.case !== 'chunk') throw outOfPlace('chunk', 'is required, in all messages but the first');
      await spool.write(part.value);
    }
  }
  if (options === undefined) throw outOfPlace('options', 'are required, in the first message');
  return options;
}

function outOfPlace(field: string, description: string): PetriError {
  return invalid([{ field, description }]);
}
