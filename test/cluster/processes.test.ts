/** Nodes that are killed, paused and replaced, also the one that leads. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Cluster } from '../support/cluster/cluster.ts';
import { temporaryDirectory } from '../support/directory.ts';
import { type NatsServer, startNatsServer, WITHOUT_NATS } from '../support/nats-server.ts';
import { join } from 'node:path';

const NAMES = ['a', 'b', 'c'];

suite('a cluster whose processes fail', { skip: WITHOUT_NATS }, () => {
  const directory = temporaryDirectory();
  let nats: NatsServer;
  let cluster: Cluster;

  before(async () => {
    nats = await startNatsServer();
    // What c knows is in memory alone, and it does not want to lead.
    const env = (name: string): Record<string, string> =>
      name === 'c' ? { PETRI_LEASE_MS: '0' } : { PETRI_DATA_DIR: join(directory.path, name) };
    cluster = await Cluster.start({ names: NAMES, nats: nats.url, env });
    await cluster.populate();
  });
  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await nats?.[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const incarnation = async (name: string, via: string) =>
    (await cluster.at(via).petri.archipelago.nodes()).find(({ id }) => id === name)?.incarnation;

  test('goes on while a node is paused for so long that it is gone, which comes back as itself', async () => {
    const before = await incarnation('b', 'a');
    const ids = [await cluster.migrate('b', 'c', { count: 2 })];
    cluster.at('b').pause();
    ids.push(await cluster.migrate('a', 'b', { count: 2 }));
    await cluster.sees({ b: 'GONE' }, ['a', 'c']);
    await cluster.routes(['a', 'c'], 'a');
    await cluster.evolves(['a', 'c']);
    cluster.at('b').resume();
    await cluster.whole();
    assert.equal(await incarnation('b', 'a'), before, 'it is no successor of itself');
    await cluster.evolves(NAMES);
    await cluster.settle();
  });

  test('goes on while a node is killed, which has all that it acknowledged when it is started again', async () => {
    const before = await incarnation('b', 'a');
    await cluster.evolution('b').stop();
    const generation = cluster.evolution('b').generation;
    // Some of them are chosen, some under way, some half admitted when it dies.
    for (const [from, to] of ['ab', 'cb', 'ba', 'bc']) await cluster.migrate(from!, to!, { count: 2 });
    await cluster.at('b').kill();
    await cluster.migrate('a', 'b', { count: 2 });
    await cluster.sees({ b: 'GONE' }, ['a', 'c']);
    await cluster.routes(['a', 'c'], 'c');
    await cluster.evolves(['a', 'c']);
    await cluster.at('b').restart();
    await cluster.whole();
    assert.equal(await incarnation('b', 'c'), before! + 1);
    const { archipelago } = cluster.at('b').petri;
    const [island] = (await archipelago.islands()).filter(({ id }) => id === 'b');
    assert.equal(island?.populations[0]?.generation, generation);
    cluster.evolution('b').start();
    await cluster.evolves(NAMES);
    await cluster.settle();
  });

  test('goes on when the leader is killed in the middle of a round', async () => {
    const { archipelago } = cluster.at('c').petri;
    const leader = await archipelago.leader();
    const [other] = ['a', 'b'].filter((name) => name !== leader);
    const before = (await archipelago.migrations()).totals.migrations;
    await archipelago.setPolicy({ schedule: { generations: 10, count: 2 } });
    await cluster.eventually('a round is under way', async () => {
      const { totals } = await archipelago.migrations();
      return totals.migrations > before;
    });
    await cluster.evolution(leader).stop();
    await cluster.at(leader).kill();
    await cluster.eventually('the other leads', async () => (await archipelago.leader()) === other);
    await cluster.routes([other!, 'c'], 'c');
    await cluster.evolves([other!, 'c']);
    await cluster.at(leader).restart();
    await cluster.whole();
    cluster.evolution(leader).start();
    await cluster.evolves(NAMES);
    await cluster.settle();
  });

  test('goes on when a node is killed and comes back with nothing, and says what became of its migrants', async () => {
    await cluster.evolution('c').stop();
    const lost = [await cluster.migrate('c', 'a'), await cluster.migrate('b', 'c')];
    await cluster.at('c').kill();
    lost.push(await cluster.migrate('a', 'c'));
    await cluster.at('c').restart();
    await cluster.evolves(['a', 'b']);
    for (const { error, migrants } of await cluster.settled(lost)) {
      // Who lives there already is a duplicate, which says all there is to say.
      const told = migrants.every(
        ({ verdict, reason }) => /^(ADMITTED|DUPLICATE)$/.test(verdict) || reason !== '',
      );
      assert.ok(told && (error === '' || migrants.length === 0), JSON.stringify({ error, migrants }));
    }
    await cluster.evolution('c').seed(0.5);
    cluster.evolution('c').start();
    await cluster.evolves(NAMES);
    await cluster.settled([await cluster.migrate('a', 'c'), await cluster.migrate('c', 'b')]);
  });
});
