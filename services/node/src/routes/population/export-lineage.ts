import { setImmediate as nextTurn } from 'node:timers/promises';
import { exportLineage as textOf } from '@petri/population';
import { readLineageFormat } from '../../mapping/lineage.ts';
import { mapped } from '../../mapping/problems.ts';
import { MAX_BATCH, type PopulationRoute } from '../../parts.ts';

export const exportLineage: PopulationRoute<'exportLineage'> = ({ registryOf }) =>
  async function* (request, context) {
    const { ids, population } = request;
    const format = mapped((problems) => {
      problems.atMost('ids', ids.length, MAX_BATCH);
      return readLineageFormat(problems, 'format', request.format) ?? 'JSON';
    });
    const { lineage } = registryOf(context);
    const selection = await lineage.select({ ids, ...(population === '' ? {} : { population }) });
    for (const chunk of textOf(selection, format)) {
      yield { chunk };
      // Others get their turn while a long text is written.
      await nextTurn();
    }
  };
