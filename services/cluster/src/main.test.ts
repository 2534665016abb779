import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, test } from 'node:test';

const MAIN = new URL('main.ts', import.meta.url).pathname;

async function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, complaint] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, complaint };
}

suite('the cluster command', () => {
  test('--help names its flags', async () => {
    const { code, output } = await run(['--help']);
    assert.equal(code, 0);
    for (const flag of ['--nodes', '--coordinators', '--data', '--port', '--demo'])
      assert.ok(output.includes(flag), flag);
  });

  test('wrong usage ends it with 2, and starts nothing', async () => {
    const { code, output, complaint } = await run(['--nodes', 'many']);
    assert.deepEqual([code, output], [2, '']);
    assert.match(complaint, /^--nodes takes a whole number from 1 to 32, not "many"\n/);
  });

  test('where there is no nats-server, it says in one sentence how to get one', async () => {
    const { code, output, complaint } = await run([], { PATH: '/nowhere' });
    assert.deepEqual([code, output], [1, '']);
    assert.match(
      complaint,
      /^petri cluster: there is no nats-server on the PATH, .*apt-get install nats-server.*\n$/,
    );
  });
});
