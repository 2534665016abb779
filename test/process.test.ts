import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { once } from 'node:events';
import { connect, type Petri } from '@petri/client';
import { startNodeProcess } from './support/node-process.ts';
import { isAlive, until } from './support/until.ts';

const ENV = { PETRI_WORKERS: '2', PETRI_SPARES: '1' };
const GENOME = `
  export const spin = (ms) => { const end = Date.now() + ms; while (Date.now() < end); return ms; };
  export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
  export const nap = async (ms) => { await new Promise((done) => setTimeout(done, ms)); return ms; };`;

async function workersOf(petri: Petri): Promise<number[]> {
  return (await petri.admin.status()).workers.map(({ pid }) => pid);
}

const underWay = (petri: Petri, id: string) =>
  until('the run is under way', async () => (await petri.sandboxes.usage(id)).queuedRuns > 0);

const gone = (pids: readonly number[]) =>
  until(`workers ${pids.join(', ')} are gone`, () => !pids.some((pid) => isAlive(pid)));

suite('a node that is told to end', () => {
  test('finishes the runs in flight, sleeping and spinning, and leaves no worker', async () => {
    await using node = await startNodeProcess(ENV);
    await using petri = await connect(node.address);
    const { id } = await petri.sandboxes.create({ genome: GENOME });
    const other = await petri.sandboxes.create({ genome: GENOME });
    const pids = await workersOf(petri);
    const runs = [petri.sandboxes.call(id, 'nap', 2_000), petri.sandboxes.call(other.id, 'spin', 2_000)];
    await Promise.all([underWay(petri, id), underWay(petri, other.id)]);
    const ended = node.stop();
    assert.deepEqual(await Promise.all(runs), [2_000, 2_000]);
    assert.equal(await ended, 0);
    await gone(pids);
    assert.equal(node.complaints(), '');
  });

  test('twice ends at once, also with a guest that cannot be interrupted', async () => {
    await using node = await startNodeProcess(ENV);
    await using petri = await connect(node.address);
    const { id } = await petri.sandboxes.create({ genome: GENOME });
    const pids = await workersOf(petri);
    const run = petri.sandboxes.run(id, 'hang', [], { timeoutMs: 60_000 });
    const failed = assert.rejects(run);
    await underWay(petri, id);
    const exit = once(node.child, 'exit');
    node.child.kill('SIGTERM');
    await until('it drains', async () => (await petri.admin.status()).draining);
    node.child.kill('SIGTERM');
    assert.deepEqual(await exit, [1, null]);
    await failed;
    await gone(pids);
  });
});

suite('a node that is killed', () => {
  test('takes its workers with it', async () => {
    await using node = await startNodeProcess(ENV);
    await using petri = await connect(node.address);
    const { id } = await petri.sandboxes.create({ genome: GENOME });
    const pids = await workersOf(petri);
    const failed = assert.rejects(petri.sandboxes.run(id, 'spin', [3_000]));
    await underWay(petri, id);
    node.child.kill('SIGKILL');
    await failed;
    await gone(pids);
  });
});
