import { individualMessage, readBirthEntry } from '../../mapping/lineage.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const recordLineage: PopulationRoute<'recordLineage'> =
  ({ registryOf, idempotency, identityOf }) =>
  (request, context) =>
    idempotency.once('RecordLineage', identityOf(context).tenant, request, async () => {
      const { allowForeignParents } = request;
      const births = mapped((problems) => {
        problems.atMost('births', request.births.length, MAX_BATCH);
        return problems.each('births', request.births, (birth) => readBirthEntry(problems, birth));
      });
      const recorded = await registryOf(context).lineage.record(births, { allowForeignParents });
      return { individuals: recorded.map(individualMessage) };
    });
