/** The compose file, brought up for real. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Petri } from '@petri/client';
import { until } from '../support/until.ts';
import { Cluster } from './cluster.ts';
import { withoutEngine } from './docker.ts';
import { Islands, PATIENCE_MS } from './islands.ts';

const reason = await withoutEngine();
if (reason !== undefined) console.log(`The compose tests are skipped: ${reason}.`);

const NODES = 3;
const MORE_NODES = 5;
const COORDINATORS = 2;

suite('docker compose up', { skip: reason ?? false, concurrency: false }, () => {
  let cluster: Cluster;
  let islands: Islands;
  let token: string;
  let admin: string;

  before(async () => {
    cluster = await Cluster.up();
    token = await cluster.once('token', 'operator');
    admin = await cluster.once('token', 'admin');
    islands = new Islands({
      nameOf: (index) => cluster.nameOf('node', index),
      connect: (index) => cluster.connect('node', index, admin),
    });
  });
  after(async () => {
    await islands?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  const square = async (index: number) => {
    await using petri = await cluster.connect('node', index, token);
    const { id } = await petri.sandboxes.create({ genome: 'export const f = (x) => x * x;' });
    const result = await petri.sandboxes.call(id, 'f', 12);
    await petri.sandboxes.destroy(id);
    return result;
  };
  const areHealthy = (service: string, count: number) =>
    until(
      `${count} of ${service} are healthy`,
      async () => (await cluster.healthy(service)) === count,
      PATIENCE_MS,
    );
  const incarnationOf = async (name: string, { archipelago }: Petri) =>
    (await archipelago.nodes()).find(({ id }) => id === name)?.incarnation ?? 0;

  test('gives three nodes, two coordinators, an authority and a NATS, all healthy', async () => {
    assert.equal(await cluster.healthy('node'), NODES);
    assert.equal(await cluster.healthy('coordinator'), COORDINATORS);
    for (const service of ['nats', 'authority']) assert.equal(await cluster.healthy(service), 1, service);
  });

  test('every node runs code for who has a token, and for nobody else', async () => {
    for (let index = 1; index <= NODES; index++) assert.equal(await square(index), 144);
    await using stranger = await cluster.connect('node', 1);
    await assert.rejects(stranger.sandboxes.create(), { code: 'unauthenticated' });
    await using reader = await cluster.connect('node', 1, await cluster.once('token', 'reader'));
    await assert.rejects(reader.sandboxes.create(), { code: 'permission_denied' });
  });

  test('the services are unprivileged, in a file system they cannot write', async () => {
    for (const service of ['node', 'coordinator', 'authority', 'nats']) {
      const id = await cluster.exec(service, 1, 'id', '-u');
      assert.equal(id, '1000', service);
      await assert.rejects(cluster.exec(service, 1, 'touch', '/petri-was-here'), /[Rr]ead-only/, service);
    }
    const key = cluster.exec('node', 1, 'sh', '-c', 'ls /secrets /authority');
    await assert.rejects(key, /\/authority/, 'no service sees the key of the authority');
  });

  test('evolution reaches its target on a node of it', async () => {
    const report = await cluster.once('demo', '--problem', 'quadratic');
    assert.match(report, /1 of 1 targets? reached/);
  });

  test('the nodes know each other over NATS, by addresses that containers reach', async () => {
    await islands.populate(NODES);
    const nodes = await islands.at(1).petri.archipelago.nodes();
    assert.equal(nodes.length, NODES);
    for (const { id, address } of nodes) {
      assert.equal(address, `${id}:50051`);
      await cluster.exec('node', 1, 'node', '-e', REACHES, ...address.split(':'));
    }
  });

  test('individuals migrate between containers, asked for and by schedule', async () => {
    await islands.migrates(1, 2);
    await islands.migrates(3, 1);
    const { archipelago } = islands.at(1).petri;
    await using coordinator = await cluster.connect('coordinator', 1, admin);
    await coordinator.archipelago.setPolicy({ schedule: { generations: 2, count: 1 } });
    // The best may be there already: whoever is a duplicate has come, too.
    const come = async () => {
      const { totals } = await archipelago.migrations();
      return totals.admitted + totals.duplicate;
    };
    const before = await come();
    await islands.eventually('a round is over', async () => (await come()) >= before + NODES);
    await coordinator.archipelago.setPolicy({ schedule: {} });
    await islands.evolves(1, 2, 3);
  });

  test('a node that is killed comes back with what it had, and the others go on meanwhile', async () => {
    const id = 'kept';
    const { name, petri, evolution } = islands.at(2);
    const before = await incarnationOf(name, petri);
    await petri.sandboxes.create({ id, genome: 'export const f = (x) => x + 1;' });
    await evolution.stop();
    const { generation } = evolution;
    await cluster.exec('node', 2, 'sh', '-c', 'kill -9 -1').catch(() => undefined);
    await islands.evolves(1, 3);
    assert.equal(await square(1), 144);
    await areHealthy('node', NODES);
    await islands.resume(2);
    const back = islands.at(2).petri;
    assert.equal(await back.sandboxes.call(id, 'f', 1), 2);
    await islands.alive(islands.names);
    assert.equal(await incarnationOf(name, back), before + 1);
    assert.ok((await back.populations.get('p')).generation >= generation);
    await islands.evolves(1, 2, 3);
    await islands.migrates(1, 2);
    await islands.migrates(2, 3);
  });

  test('a node that is cut off is routed around, and back as itself when it is connected again', async () => {
    const { name, petri, evolution } = islands.at(3);
    const before = await incarnationOf(name, petri);
    await evolution.stop();
    await cluster.disconnect('node', 3);
    const others = [islands.at(1).name, islands.at(2).name];
    for (const other of others) await islands.sees(other, { [name]: 'GONE' });
    await islands.evolves(1, 2);
    await islands.migrates(1, 2);
    await cluster.reconnect('node', 3);
    await areHealthy('node', NODES);
    await islands.resume(3);
    await islands.alive(islands.names);
    assert.equal(await incarnationOf(name, islands.at(1).petri), before);
    await islands.evolves(1, 2, 3);
    await islands.migrates(2, 3);
    await islands.migrates(3, 1);
  });

  test('the standby leads when the leading coordinator is killed', async () => {
    const { archipelago } = islands.at(1).petri;
    const names = [await cluster.nameOf('coordinator', 1), await cluster.nameOf('coordinator', 2)];
    const leader = await archipelago.leader();
    const index = names.indexOf(leader) + 1;
    assert.ok(index > 0, `${leader} leads, which is none of ${names.join(' and ')}`);
    const standby = 3 - index;
    await cluster.kill('coordinator', index);
    const leads = async () => (await archipelago.leader()) === names[standby - 1];
    await islands.eventually('the standby leads', leads);
    await using told = await cluster.connect('coordinator', standby, token);
    const knows = async () => (await told.archipelago.leader()) === names[standby - 1];
    await islands.eventually('it knows that itself', knows);
    await islands.evolves(1, 2, 3);
    await islands.migrates(1, 2);
    await cluster.start('coordinator', index);
    await areHealthy('coordinator', COORDINATORS);
  });

  test('evolution goes on while NATS is restarted, which keeps what it knew', async () => {
    const { archipelago } = islands.at(1).petri;
    const { totals: before } = await archipelago.migrations();
    await cluster.compose('stop', 'nats');
    await islands.evolves(1, 2, 3);
    await cluster.compose('up', '--detach', '--wait', 'nats');
    await islands.alive(islands.names);
    await islands.eventually('the reports are there', async () => {
      const { totals } = await archipelago.migrations();
      return totals.admitted >= before.admitted;
    });
    await islands.migrates(1, 3);
    await islands.evolves(1, 2, 3);
  });

  test('it grows to five nodes, which take part, and leaves the others alone', async () => {
    const before = await cluster.container('node', 1);
    await cluster.compose('up', '--detach', '--wait', '--scale', `node=${MORE_NODES}`);
    assert.equal(await cluster.healthy('node'), MORE_NODES);
    assert.equal(await cluster.container('node', 1), before);
    assert.equal(await square(MORE_NODES), 144);
    await islands.populate(MORE_NODES);
    await islands.migrates(MORE_NODES, 1);
    await islands.migrates(1, 4);
    await islands.evolves(1, 2, 3, 4, 5);
  });

  test('its Prometheus scrapes every node', async (t) => {
    const missing = await cluster.withoutImages('prometheus');
    if (missing !== undefined) return t.skip(missing);
    await cluster.compose('up', '--detach', '--wait', '--no-recreate', 'prometheus');
    const query = 'http://127.0.0.1:9090/api/v1/query?query=sum(up{job="petri"})';
    const scraped = async () => {
      const answer = await cluster.exec('prometheus', 1, 'wget', '-q', '-O', '-', query);
      const { data } = JSON.parse(answer) as { data: { result: { value: [number, string] }[] } };
      return data.result[0]?.value[1] === String(MORE_NODES);
    };
    await until('every node is scraped', () => scraped().catch(() => false), PATIENCE_MS);
  });

  test('the rest of the profile observability comes up', async (t) => {
    const missing = await cluster.withoutImages('collector', 'traces', 'grafana');
    if (missing !== undefined) return t.skip(missing);
    const services = ['collector', 'traces', 'grafana'];
    await cluster.compose('up', '--detach', '--wait', '--no-recreate', ...services);
    for (const service of ['traces', 'grafana']) assert.equal(await cluster.healthy(service), 1, service);
  });

  test('docker compose down leaves nothing', async () => {
    await islands[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
    assert.deepEqual(await cluster.remains(), []);
  });
});

/** Ends with 0 if the certificate of who serves at HOST PORT is a node's of this cluster. */
const REACHES = `
  const [host, port] = process.argv.slice(1);
  const ca = require('fs').readFileSync('/secrets/ca.pem');
  const socket = require('tls').connect({ host, port, ca, servername: 'node' }, () => process.exit(0));
  socket.on('error', (error) => { console.error(error); process.exit(1); });
`;
