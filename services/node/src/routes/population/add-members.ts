import { defined } from '../../defined.ts';
import { populationMessage, readNewcomer } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const addMembers: PopulationRoute<'addMembers'> =
  ({ registryOf, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('AddMembers', identityOf(context).tenant, request, async () => {
      const { expectedGeneration, allowForeignParents } = request;
      const { population, members } = mapped((problems) => {
        problems.atMost('members', request.members.length, MAX_BATCH);
        return {
          population: problems.id('population', request.population),
          members: problems.each('members', request.members, (member) => readNewcomer(problems, member)),
        };
      });
      const options = defined({ expectedGeneration, allowForeignParents });
      return {
        population: populationMessage(
          await registryOf(context).populations.addMembers(population, members, options),
        ),
      };
    });
