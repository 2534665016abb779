/** A node whose clock is an hour off. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Cluster } from '../support/cluster/cluster.ts';
import { clockOff, WITHOUT_FAKETIME } from '../support/faketime.ts';
import { startNatsServer, WITHOUT_NATS } from '../support/nats-server.ts';

const NAMES = ['a', 'b', 'c'];

suite('a cluster whose clocks do not agree', { skip: WITHOUT_NATS || WITHOUT_FAKETIME }, () => {
  test('evolves, migrates and passes leadership on as if they did', async () => {
    const offsets: Record<string, string> = { a: '+1h', b: '-1h' };
    const env = (name: string): Record<string, string> => {
      const offset = offsets[name];
      // c only follows: a and b lead by turns.
      return offset === undefined ? { PETRI_LEASE_MS: '0' } : clockOff(offset);
    };
    await using nats = await startNatsServer();
    await using cluster = await Cluster.start({ names: NAMES, nats: nats.url, env });
    await cluster.populate();
    const status = await Promise.all(
      ['a', 'b'].map((name) => cluster.at(name).petri.populations.create({ id: `clock-of-${name}` })),
    );
    const [ahead, behind] = status.map(({ createdAt }) => createdAt.getTime());
    assert.ok(ahead! - behind! > 3_600_000, 'the clocks differ');
    const migrateAround = async () => {
      const ids = ['ab', 'ba', 'bc', 'ca'].map(([from, to]) => cluster.migrate(from!, to!, { count: 2 }));
      const reports = await cluster.settled(await Promise.all(ids));
      const told = reports.flatMap(({ migrants }) => migrants.map(({ verdict }) => verdict));
      assert.ok(told.includes('ADMITTED'), JSON.stringify(reports));
      assert.ok(!told.includes('REJECTED') && !told.includes('DROPPED'), JSON.stringify(reports));
    };
    await migrateAround();
    const { archipelago } = cluster.at('c').petri;
    await cluster.evolves(NAMES);
    await cluster.whole();
    const leader = await archipelago.leader();
    const [other] = ['a', 'b'].filter((name) => name !== leader);
    await cluster.evolution(leader).stop();
    cluster.at(leader).pause();
    await cluster.eventually('the other leads', async () => (await archipelago.leader()) === other);
    await cluster.routes([other!, 'c'], 'c');
    await cluster.evolves([other!, 'c']);
    cluster.at(leader).resume();
    await cluster.whole();
    cluster.evolution(leader).start();
    await migrateAround();
    await cluster.settle();
  });
});
