import { startNatsServer, WITHOUT_NATS } from '../test/support/nats-server.ts';
import { comingAndGoingRows } from './migration/coming-and-going.ts';
import { latencyRows } from './migration/latency.ts';
import { rateRows } from './migration/rate.ts';
import { scalingRows } from './migration/scaling.ts';
import type { Benchmark, Context, Row } from './support/benchmark.ts';

export const migration: Benchmark = {
  name: 'migration',
  title: 'Migration between islands, on nodes that are processes over a real NATS, against bare JetStream',
  async run(context: Context): Promise<Row[]> {
    if (WITHOUT_NATS !== false) {
      context.skip(`nothing over NATS: ${WITHOUT_NATS}`);
      return [...(await latencyRows(undefined, context)), ...(await rateRows(undefined, context))];
    }
    return [
      ...(await withNats((url) => latencyRows(url, context))),
      ...(await withNats((url) => rateRows(url, context))),
      ...(await withNats((url) => scalingRows(url, context))),
      ...(await comingAndGoingRows(context)),
    ];
  },
};

/** A server of its own for each: they share nothing. */
async function withNats(rows: (url: string) => Promise<Row[]>): Promise<Row[]> {
  await using nats = await startNatsServer();
  return await rows(nats.url); // before the server ends
}
