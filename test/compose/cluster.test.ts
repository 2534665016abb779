/** The compose file, brought up for real. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { until } from '../support/until.ts';
import { Cluster, withoutEngine } from './cluster.ts';

const reason = await withoutEngine();
if (reason !== undefined) console.log(`The compose tests are skipped: ${reason}.`);

const NODES = 3;
const RESTART_MS = 120_000;

suite('docker compose up', { skip: reason ?? false, concurrency: false }, () => {
  let cluster: Cluster;
  let token: string;

  before(async () => {
    cluster = await Cluster.up();
    token = await cluster.once('token', 'operator');
  });
  after(() => cluster?.[Symbol.asyncDispose]());

  const square = async (index: number) => {
    await using petri = await cluster.connect(index, token);
    const { id } = await petri.sandboxes.create({ genome: 'export const f = (x) => x * x;' });
    const result = await petri.sandboxes.call(id, 'f', 12);
    await petri.sandboxes.destroy(id);
    return result;
  };

  test('gives three nodes and a NATS, all healthy', async () => {
    assert.equal(await cluster.healthy('node'), NODES);
    assert.equal(await cluster.healthy('nats'), 1);
  });

  test('every node runs code for who has a token, and for nobody else', async () => {
    for (let index = 1; index <= NODES; index++) assert.equal(await square(index), 144);
    await using stranger = await cluster.connect(1);
    await assert.rejects(stranger.sandboxes.create(), { code: 'unauthenticated' });
    await using reader = await cluster.connect(1, await cluster.once('token', 'reader'));
    await assert.rejects(reader.sandboxes.create(), { code: 'permission_denied' });
  });

  test('the nodes know each other, over NATS', async () => {
    await using petri = await cluster.connect(1, token);
    const alive = async () => {
      const nodes = await petri.archipelago.nodes();
      return nodes.filter(({ state }) => state === 'ALIVE').length === NODES;
    };
    await until('every node is seen', alive, RESTART_MS);
  });

  test('the services are unprivileged, in a file system they cannot write', async () => {
    for (const service of ['node', 'nats']) {
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

  test('a node that is killed comes back with what it had, and the others go on meanwhile', async () => {
    const id = 'kept';
    await using before = await cluster.connect(2, token);
    await before.sandboxes.create({ id, genome: 'export const f = (x) => x + 1;' });
    await cluster.exec('node', 2, 'sh', '-c', 'kill -9 -1').catch(() => undefined);
    assert.equal(await square(1), 144);
    assert.equal(await square(3), 144);
    const whole = async () => (await cluster.healthy('node')) === NODES;
    await until('the node is back', whole, RESTART_MS);
    await using afterwards = await cluster.connect(2, token);
    assert.equal(await afterwards.sandboxes.call(id, 'f', 1), 2);
  });

  test('its Prometheus scrapes every node', async () => {
    await cluster.compose('up', '--detach', '--wait', 'prometheus');
    const query = 'http://127.0.0.1:9090/api/v1/query?query=sum(up{job="petri"})';
    const scraped = async () => {
      const answer = await cluster.exec('prometheus', 1, 'wget', '-q', '-O', '-', query);
      const { data } = JSON.parse(answer) as { data: { result: { value: [number, string] }[] } };
      return data.result[0]?.value[1] === String(NODES);
    };
    await until('every node is scraped', () => scraped().catch(() => false), RESTART_MS);
  });

  test('it grows to five nodes', async () => {
    await cluster.compose('up', '--detach', '--wait', '--scale', 'node=5');
    assert.equal(await cluster.healthy('node'), 5);
    assert.equal(await square(5), 144);
  });
});
