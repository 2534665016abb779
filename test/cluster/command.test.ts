/** `npm run cluster`, as a user runs it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import { connect } from '@petri/client';
import { WITHOUT_NATS } from '../support/nats-server.ts';
import { isAlive, until } from '../support/until.ts';

const MAIN = new URL('../../services/cluster/src/main.ts', import.meta.url).pathname;
/** Of what a machine full of other tests needs seconds for. */
const LONG_MS = 180_000;

type Ready = {
  nats: { url: string; pid: number };
  services: { name: string; address: string; pid: number }[];
};

class ClusterCommand implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ready: Ready;
  readonly #said: () => string;
  readonly #ended: Promise<unknown[]>;

  private constructor(child: ChildProcess, ready: Ready, said: () => string, ended: Promise<unknown[]>) {
    this.child = child;
    this.ready = ready;
    this.#said = said;
    this.#ended = ended;
  }

  static async start(...args: string[]): Promise<ClusterCommand> {
    const child = spawn(process.execPath, [MAIN, '--json', '--port', '0', ...args], {
      env: { PATH: process.env['PATH'] ?? '', PETRI_WORKERS: '1', PETRI_SPARES: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'close');
    const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
    const [text] = await Promise.race([line, ended.then(() => assert.fail(`it ended: ${said}`))]);
    return new ClusterCommand(child, JSON.parse(text) as Ready, () => said, ended);
  }

  get said(): string {
    return this.#said();
  }

  service(name: string) {
    const found = this.ready.services.find((each) => each.name === name);
    assert.ok(found, name);
    return found;
  }

  get pids(): number[] {
    return [this.ready.nats.pid, ...this.ready.services.map(({ pid }) => pid)];
  }

  async ended(): Promise<number | null> {
    await this.#ended;
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGTERM');
    await this.#ended;
  }
}

suite('npm run cluster', { skip: WITHOUT_NATS }, () => {
  test(
    'gives an archipelago that a coordinator leads, starts again what dies, and leaves nothing',
    { timeout: 2 * LONG_MS },
    async () => {
      await using cluster = await ClusterCommand.start('--nodes', '2');
      assert.deepEqual(
        cluster.ready.services.map(({ name }) => name),
        ['node-1', 'node-2', 'coordinator-1'],
      );
      await using petri = await connect(cluster.service('coordinator-1').address);
      const living = async () => (await petri.archipelago.nodes()).filter(({ state }) => state === 'ALIVE');
      await until('both nodes are there', async () => (await living()).length === 2, LONG_MS);
      await until(
        'the coordinator leads',
        async () => (await petri.archipelago.leader()) === 'coordinator-1',
        LONG_MS,
      );

      const { pid, address } = cluster.service('node-2');
      process.kill(pid, 'SIGKILL');
      await until(
        'it is said',
        () => cluster.said.includes('node-2         was ended by SIGKILL; it is started again'),
        LONG_MS,
      );
      await until(
        'it is back where it was',
        () => cluster.said.includes(`node-2         is back on ${address}`),
        LONG_MS,
      );
      await until(
        'the others know it',
        async () => {
          const node = (await living()).find(({ id }) => id === 'node-2');
          return node?.incarnation === 2;
        },
        LONG_MS,
      );

      cluster.child.kill('SIGTERM');
      assert.equal(await cluster.ended(), 0);
      assert.deepEqual(cluster.pids.filter(isAlive), []);
      await assert.rejects(connect(address, { connectTimeoutMs: 200 }), { code: 'unavailable' });
    },
  );

  test(
    'evolves on all islands while a node dies, shows who migrates, and ends with what came of it',
    { timeout: 4 * LONG_MS },
    async () => {
      await using cluster = await ClusterCommand.start('--demo', '--seed', '3');
      await until(
        'somebody migrated',
        () => /node-\d → node-\d {2}a migrant was admitted/.test(cluster.said),
        LONG_MS,
      );
      process.kill(cluster.service('node-3').pid, 'SIGKILL');
      assert.equal(await cluster.ended(), 0, cluster.said);
      assert.match(cluster.said, /node-3 +was ended by SIGKILL; it is started again/);
      for (const row of ['node-1', 'node-2', 'node-3'])
        assert.match(
          cluster.said,
          new RegExp(`^${row} +[\\d,]+ +[\\d,]+ +[\\d.]+ +\\d+ +\\d+ +\\d+  \\w`, 'm'),
        );
      assert.match(cluster.said, /the winner, of node-\d, has (?:no|\d+) recorded ancestors/);
      assert.match(cluster.said, /target reached in/);
      assert.deepEqual(cluster.pids.filter(isAlive), []);
    },
  );
});
