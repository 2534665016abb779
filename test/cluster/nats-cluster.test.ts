/** One of three servers of NATS is lost: the one that leads what matters. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Cluster } from '../support/cluster/cluster.ts';
import { startNatsCluster } from '../support/cluster/nats-cluster.ts';
import { WITHOUT_NATS } from '../support/nats-server.ts';

const NAMES = ['a', 'b'];
/** Inbox of an island, what became of migrations, and the lease with the plan. */
const STREAMS = ['petri-inbox-b', 'KV_petri-migrations', 'KV_petri-coordination'];

suite('a cluster with three servers of NATS', { skip: WITHOUT_NATS }, () => {
  test('goes on when the server that leads a stream is killed, and comes back', async () => {
    await using nats = await startNatsCluster();
    const env = () => ({ PETRI_NATS_SERVERS: nats.urls.join(), PETRI_NATS_REPLICAS: '3' });
    await using cluster = await Cluster.start({ names: NAMES, nats: nats.urls[0]!, env });
    await cluster.populate();
    for (const stream of STREAMS) {
      const leader = await nats.leaderOf(stream);
      await cluster.migrate('a', 'b', { count: 2 });
      assert.ok(leader);
      await leader.kill();
      await cluster.evolves(NAMES);
      await cluster.eventually(`another leads ${stream}`, async () => {
        const now = await nats.leaderOf(stream);
        return now !== undefined && now !== leader;
      });
      // Acknowledged while there are two servers.
      await cluster.migrate('b', 'a');
      await cluster.whole();
      await leader.restart();
      await nats.whole();
    }
    await cluster.evolves(NAMES);
    await cluster.settle();
  });
});
