/** Coordinators and nodes, each a process, over a real NATS. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { connect, type Petri } from '@petri/client';
import { type NatsServer, startNatsServer, WITHOUT_NATS } from './support/nats-server.ts';
import { type NodeProcess, startCoordinatorProcess, startNodeProcess } from './support/node-process.ts';
import { until } from './support/until.ts';

const MAIN = new URL('../services/coordinator/src/main.ts', import.meta.url).pathname;
const TOKEN = 'an-admin-token-0123456789';

/** Ends with what it says; for coordinators that do not start. */
async function run(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** What is closed when a test is over, the latest first. */
class Cluster implements AsyncDisposable {
  readonly #nats: NatsServer;
  readonly #open: AsyncDisposable[];
  readonly #env: Record<string, string>;

  private constructor(nats: NatsServer, env: Record<string, string>) {
    this.#nats = nats;
    this.#open = [nats];
    this.#env = { PETRI_NATS_SERVERS: nats.url, PETRI_BEAT_MS: '50', ...env };
  }

  static async start(env: Record<string, string> = {}): Promise<Cluster> {
    return new Cluster(await startNatsServer(), env);
  }

  get nats(): string {
    return this.#nats.url;
  }

  coordinator(id: string, env: Record<string, string>) {
    return this.#connected(startCoordinatorProcess({ ...this.#env, PETRI_COORDINATOR: id, ...env }));
  }

  node(id: string) {
    const workers = { PETRI_WORKERS: '1', PETRI_SPARES: '0' };
    const env = { ...this.#env, ...workers, PETRI_NODE: id, PETRI_LEASE_MS: '0' };
    return this.#connected(startNodeProcess(env));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const open of this.#open.toReversed()) await open[Symbol.asyncDispose]();
  }

  async #connected(starting: Promise<NodeProcess>): Promise<NodeProcess & { petri: Petri }> {
    const started = await starting;
    this.#open.push(started);
    const petri = await connect(started.address, { token: TOKEN });
    this.#open.push(petri);
    await petri.waitUntilServing();
    return { ...started, petri };
  }
}

const leads = (petri: Petri, id: string) =>
  until(`${id} leads`, async () => (await petri.archipelago.leader()) === id);

/** All that a client may ask, but for how long ago each node was heard. */
async function picture({ archipelago }: Petri) {
  const nodes = (await archipelago.nodes()).map((node) => ({ ...node, silenceMs: undefined }));
  const asked = [archipelago.leader(), archipelago.islands(), archipelago.topology()] as const;
  return { nodes, answers: await Promise.all([...asked, archipelago.migrations()]) };
}

suite('coordinators', { skip: WITHOUT_NATS }, () => {
  test('lead nodes that do not: the first does, and when it is killed the standby', async () => {
    await using cluster = await Cluster.start();
    const first = await cluster.coordinator('first', { PETRI_LEASE_MS: '400' });
    await leads(first.petri, 'first');
    const standby = await cluster.coordinator('standby', { PETRI_LEASE_MS: '400' });
    const [a, b] = [await cluster.node('a'), await cluster.node('b')];
    const edges = async (petri: Petri) => (await petri.archipelago.topology()).edges.length;
    await until('both islands are in the plan', async () => (await edges(a.petri)) === 2);
    await until('both know what the nodes say of themselves', async () => {
      const pictures = await Promise.all([first, standby, a, b].map(({ petri }) => picture(petri)));
      const texts = pictures.map((seen) => JSON.stringify(seen));
      return texts.every((text) => text === texts[0]) && pictures[0]!.nodes.every(({ address }) => address);
    });

    const asked = await standby.petri.archipelago.setTopology({ kind: 'STAR', center: 'b' });
    const through = await first.petri.archipelago.topology();
    assert.deepEqual([through.kind, through.revision], ['STAR', asked]);
    await assert.rejects(first.petri.archipelago.setTopology({ kind: 'RING' }, asked - 1), {
      code: 'aborted',
      reason: 'STALE_REVISION',
    });
    await assert.rejects(standby.petri.archipelago.drain(), { reason: 'NO_ISLANDS' });

    first.child.kill('SIGKILL');
    await leads(standby.petri, 'standby');
    await leads(a.petri, 'standby');
    await until('it was said', () => standby.complaints().includes('"standby" leads'));
    b.child.kill('SIGKILL');
    await until('it routes around a node that is gone', async () => (await edges(a.petri)) === 0);
  });

  test('hand over when they are told to end, however long their lease is', async () => {
    await using cluster = await Cluster.start();
    // Far longer than a test may take: nobody gets it by waiting.
    const lease = { PETRI_LEASE_MS: '600000' };
    const first = await cluster.coordinator('first', lease);
    await leads(first.petri, 'first');
    const standby = await cluster.coordinator('standby', lease);
    assert.equal(await standby.petri.archipelago.leader(), 'first');
    assert.equal(await first.stop(), 0);
    await leads(standby.petri, 'standby');
    assert.match(first.complaints(), /"first" leads\n.*"first" no longer leads\n/);
  });

  test('ask who calls, as nodes do', async () => {
    await using cluster = await Cluster.start();
    const tokens = { PETRI_TOKENS: `root:admin:${TOKEN}`, PETRI_LEASE_MS: '400' };
    const { petri, address } = await cluster.coordinator('only', tokens);
    await petri.archipelago.setTopology({ kind: 'FULL' });
    await using stranger = await connect(address);
    await assert.rejects(stranger.archipelago.topology(), { reason: 'TOKEN_MISSING' });
    const exposed = await run([], { PETRI_NATS_SERVERS: cluster.nats, PETRI_HOST: '0.0.0.0' });
    assert.equal(exposed.code, 1);
    assert.match(exposed.output, /^petri coordinator: not listening: 0\.0\.0\.0 is not loopback/);
  });
});

suite('the coordinator command', () => {
  test('--help names its variables, and none of workers', async () => {
    const { code, output } = await run(['--help'], {});
    assert.equal(code, 0);
    assert.match(output, /npm run coordinator[^]*PETRI_COORDINATOR[^]*PETRI_NATS_SERVERS/);
    assert.doesNotMatch(output, /PETRI_WORKERS/);
  });

  test('without NATS it ends with 1 and a sentence', async () => {
    const missing = await run([], { PETRI_LEASE_MS: '0' });
    assert.equal(missing.code, 1);
    assert.match(missing.output, /^petri coordinator: PETRI_LEASE_MS: .*; PETRI_NATS_SERVERS: is required/);
    const dead = await run([], { PETRI_NATS_SERVERS: 'nats://127.0.0.1:1', PETRI_PORT: '0' });
    assert.equal(dead.code, 1);
    assert.match(dead.output, /^petri coordinator: no NATS with JetStream at nats:\/\/127\.0\.0\.1:1: /);
  });
});
