/** Nodes that are cut off from NATS, one or all, and NATS itself gone for a while. */
import { after, before, suite, test } from 'node:test';
import { Cluster } from '../support/cluster/cluster.ts';
import { type NatsServer, startNatsServer, WITHOUT_NATS } from '../support/nats-server.ts';

const NAMES = ['a', 'b', 'c'];

suite('a cluster whose network fails', { skip: WITHOUT_NATS }, () => {
  let nats: NatsServer;
  let cluster: Cluster;

  before(async () => {
    nats = await startNatsServer();
    cluster = await Cluster.start({ names: NAMES, nats: nats.url });
    await cluster.populate();
  });
  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await nats?.[Symbol.asyncDispose]();
  });

  /** Migrations on all edges, as many as there are at once. */
  const migrateAround = async (count = 1) => {
    for (const [from, to] of ['ab', 'bc', 'ca']) await cluster.migrate(from!, to!, { count });
  };

  for (const passage of ['silent', 'closed'] as const) {
    test(`goes on while one node's way to NATS is ${passage}, and after`, async () => {
      const { archipelago } = cluster.at('a').petri;
      // In force, but due for nobody by itself.
      await archipelago.setPolicy({ schedule: { generations: 1_000_000 } });
      const caughtUp = async () =>
        (await archipelago.migrations({ from: 'a', to: 'b' })).migrations.filter(
          ({ trigger }) => trigger === 'CATCHING_UP',
        ).length;
      const before = await caughtUp();
      await migrateAround();
      cluster.at('b').proxy.set(passage);
      await cluster.migrate('a', 'b', { count: 3 });
      await cluster.sees({ a: 'ALIVE', b: 'GONE', c: 'ALIVE' }, ['a', 'c']);
      await cluster.routes(['a', 'c'], 'a');
      await cluster.migrate('a', 'c', { count: 2 });
      await cluster.evolves(NAMES);
      cluster.at('b').proxy.set('open');
      await cluster.whole();
      await cluster.eventually('b asks for what it missed', async () => (await caughtUp()) > before);
      await cluster.migrate('b', 'c');
      await cluster.evolves(NAMES);
      await cluster.settle();
    });

    test(`goes on while the way of all nodes to NATS is ${passage}, and after`, async () => {
      await migrateAround(2);
      for (const { proxy } of cluster.members.values()) proxy.set(passage);
      await cluster.evolves(NAMES, 20);
      for (const { proxy } of cluster.members.values()) proxy.set('open');
      await cluster.whole();
      await cluster.migrate('c', 'b');
      await cluster.evolves(NAMES);
      await cluster.settle();
    });
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`goes on while NATS is restarted after a ${signal}, and after`, async () => {
      await migrateAround(3);
      await nats.kill(signal);
      await cluster.evolves(NAMES);
      await nats.restart();
      await cluster.whole();
      await migrateAround();
      await cluster.evolves(NAMES);
      await cluster.settle();
    });
  }
});
