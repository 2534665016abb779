import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { connect } from '@petri/client';
import { createServiceClient } from '@petri/contracts';
import { PopulationService } from '@petri/contracts/v1';
import { temporaryDirectory } from './support/directory.ts';
import { inhabit, inventory, seen } from './support/inhabited.ts';
import { sharedNode, testNode } from './support/node.ts';
import { startNodeProcess } from './support/node-process.ts';
import { until } from './support/until.ts';

// Nothing here is about runs side by side.
const SMALL = { workers: 1, spares: 0 };
const directory = mkdtempSync(join(tmpdir(), 'petri-checkpoint-'));
after(() => rmSync(directory, { recursive: true }));
const file = (name: string) => join(directory, name);

const { petri: source, grpc } = await sharedNode(SMALL);
await inhabit(source, 'p');
await source.populations.checkpoint('p', file('p'));
const original = await seen(source, 'p');

suite('a population that is restored from a checkpoint on another node', () => {
  test('is the same: members, generation, statistics, ranking, fitness, lineage, pins and sandboxes', async () => {
    await using target = await testNode(SMALL);
    const { petri } = target;
    // What is there already is counted on, and stays.
    await petri.populations.create({ id: 'other' });
    await petri.populations.add('other', [{ id: 'x', birth: {} }]);
    await petri.fitness.record('other', [{ id: 'x', score: 1 }]);
    const { population, ...counts } = await petri.populations.restore(file('p'));
    assert.deepEqual(population, original.population);
    assert.deepEqual(counts, { sandboxes: 5, births: 7, formerMembers: 1, pins: 2 });
    const restored = await seen(petri, 'p');
    assert.deepEqual(restored, original);
    assert.deepEqual(
      restored.ranked.map(([, id]) => id),
      ['p-3', 'p-2', 'p-0', 'p-bodiless'],
    );
    assert.deepEqual(restored.statistics, original.statistics);
    assert.equal(restored.sandboxes.length, 5);
    await assert.rejects(petri.sandboxes.get('p-4'), { code: 'not_found' });
    const [last] = await petri.fitness.record('p', [{ id: 'p-5', score: 0.1 }]);
    assert.equal((await petri.fitness.top('p', 4)).at(-1)?.fitness.id, last?.id);

    await Promise.all(
      [0, 1, 2, 3].map(async (n) => {
        const id = `p-${n}`;
        assert.equal(await petri.sandboxes.call(id, 'version'), 2);
        assert.equal(await petri.sandboxes.call(id, 'count'), 3);
        await petri.sandboxes.rollback(id);
        assert.equal(await petri.sandboxes.call(id, 'version'), 1);
        assert.equal(await petri.sandboxes.call(id, 'count'), 4);
      }),
    );
    await petri.populations.advance('p', { survivors: ['p-0'] }, { expectedGeneration: 1 });
    assert.equal(await source.sandboxes.call('p-5', 'version'), 1);
  });

  test('shares isolates among its members of the level REALM', async () => {
    await using target = await testNode(SMALL);
    const { sandboxes, populations } = target.petri;
    await populations.restore(file('p'));
    const heapOf = async (id: string) => (await sandboxes.usage(id)).heapBytes;
    for (const id of ['p-0', 'p-1', 'p-2', 'p-5']) await sandboxes.call(id, 'version');
    await sandboxes.call('p-0', 'hold'); // 16 MB
    const [neighbours, alone] = [await Promise.all(['p-1', 'p-2'].map(heapOf)), await heapOf('p-5')];
    for (const heap of neighbours) assert.ok(heap > 16e6, `${heap}`);
    assert.ok(alone < 16e6, `${alone}`);
  });

  test('has another id if it is given one, by which its sandboxes and births call it', async () => {
    await using target = await testNode(SMALL);
    const { populations, sandboxes, lineage } = target.petri;
    const { population } = await populations.restore(file('p'), { id: 'q' });
    assert.deepEqual(population, { ...original.population, id: 'q' });
    await assert.rejects(populations.get('p'), { code: 'not_found' });
    assert.equal((await Array.fromAsync(sandboxes.list({ population: 'q' }))).length, 5);
    assert.equal((await lineage.get('p-2')).population, 'q');
    assert.equal((await lineage.get('p-adam')).population, '');
    assert.equal(await sandboxes.call('p-0', 'count'), 3);
  });

  test('has sandboxes in ERROR as they were, and nothing of them is run', async () => {
    await inhabit(source, 'broken');
    await source.sandboxes.call('broken-5', 'spoil');
    await assert.rejects(source.sandboxes.restart('broken-5'));
    await source.populations.checkpoint('broken', file('broken'));
    await using target = await testNode(SMALL);
    await target.petri.populations.restore(file('broken'));
    const { status, error } = await target.petri.sandboxes.get('broken-5');
    assert.deepEqual([status, error?.reason], ['ERROR', 'START_FAILED']);
    assert.deepEqual(await seen(target.petri, 'broken'), await seen(source, 'broken'));
    await target.petri.sandboxes.restart('broken-5', { resetState: true });
    assert.equal(await target.petri.sandboxes.call('broken-5', 'count'), 1);
  });

  test('is restored once, however often the same request is sent', async () => {
    await using target = await testNode(SMALL);
    const request = { id: 'once', requestId: 'r' };
    const [first, second] = await Promise.all([
      target.petri.populations.restore(file('p'), request),
      target.petri.populations.restore(file('p'), request),
    ]);
    assert.deepEqual(first, second);
    await assert.rejects(target.petri.populations.restore(file('p'), { ...request, id: 'twice' }), {
      reason: 'REQUEST_ID_REUSED',
    });
    await assert.rejects(target.petri.populations.restore(file('p'), { id: 'once' }), {
      code: 'already_exists',
    });
  });
});

suite('a checkpoint', () => {
  test('is of one moment, whatever happens while it is read', async () => {
    await inhabit(source, 'cut');
    // Far more than is sent ahead.
    const filler = `// ${'x'.repeat(4 * 1024 * 1024)}`;
    for (const n of [0, 1, 2, 3])
      await source.sandboxes.reload(`cut-${n}`, { name: 'filler', javascript: filler });
    const before = await seen(source, 'cut');
    const chunks: Uint8Array[] = [];
    const raw = createServiceClient(PopulationService, grpc);
    for await (const { chunk } of raw.exportPopulation({ population: 'cut' })) {
      if (chunks.length === 0) {
        await source.sandboxes.call('cut-3', 'count');
        await source.sandboxes.rollback('cut-2', { module: 'main', version: 1 });
        await source.sandboxes.destroy('cut-1');
        await source.fitness.record('cut', [{ id: 'cut-0', score: 7 }]);
        await source.populations.advance('cut', { survivors: ['cut-5'], newcomers: ['later'] });
        await source.populations.delete('cut');
      }
      chunks.push(chunk);
    }
    assert.ok(chunks.length > 60, `${chunks.length}`);
    writeFileSync(file('cut'), Buffer.concat(chunks));
    await using target = await testNode(SMALL);
    await target.petri.populations.restore(file('cut'));
    assert.deepEqual(await seen(target.petri, 'cut'), before);
    assert.equal(await target.petri.sandboxes.call('cut-3', 'count'), 3);
  });

  test('replaces a file when it is complete, and leaves nothing else behind', async () => {
    writeFileSync(file('old'), 'precious');
    await assert.rejects(source.populations.checkpoint('nobody', file('old')), { code: 'not_found' });
    assert.equal(readFileSync(file('old'), 'utf8'), 'precious');
    const { bytes } = await source.populations.checkpoint('p', file('old'));
    assert.equal(readFileSync(file('old')).length, bytes);
    await assert.rejects(source.populations.checkpoint('p', file('no/such/directory')), { code: 'ENOENT' });
    await assert.rejects(source.populations.restore(file('missing')), { code: 'ENOENT' });
    assert.deepEqual(
      readdirSync(directory).filter((name) => name.startsWith('.')),
      [],
    );
  });
});

suite('on a node with a data directory, a restored population', () => {
  const ENV = { PETRI_WORKERS: '1', PETRI_SPARES: '0', PETRI_GC_INTERVAL_MS: '0' };

  test('is there after kill -9, all of it', async () => {
    using data = temporaryDirectory();
    const env = { ...ENV, PETRI_DATA_DIR: data.path };
    {
      await using node = await startNodeProcess(env);
      await using petri = await connect(node.address);
      await petri.populations.restore(file('p'));
      node.child.kill('SIGKILL');
      await once(node.child, 'exit');
    }
    await using node = await startNodeProcess(env);
    await using petri = await connect(node.address);
    assert.deepEqual(await seen(petri, 'p'), original);
    assert.equal(await petri.sandboxes.call('p-3', 'count'), 3);
    await petri.sandboxes.rollback('p-3');
    assert.equal(await petri.sandboxes.call('p-3', 'version'), 1);
    assert.deepEqual(
      readdirSync(data.path).filter((name) => name.includes('checkpoint')),
      [],
    );
  });

  test('of which not all was there when the node was killed is not there at all, and may be restored', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `many-${n}`);
    await source.populations.create({ id: 'many' });
    const slow = 'export const start = () => new Promise((done) => setTimeout(done, 600));';
    await source.sandboxes.batchCreate(ids.map((id) => ({ id, genome: slow })));
    await source.populations.add('many', ids);
    await source.populations.checkpoint('many', file('many'));

    using data = temporaryDirectory();
    const env = { ...ENV, PETRI_DATA_DIR: data.path };
    let before;
    {
      await using node = await startNodeProcess(env);
      await using petri = await connect(node.address);
      await petri.sandboxes.create({ id: 'mine' });
      before = await inventory(petri);
      const restoring = petri.populations.restore(file('many'));
      const settled = restoring.then(
        () => 'restored',
        () => 'cut off',
      );
      const running = { statuses: ['RUNNING' as const] };
      await until('some of it is there', async () => {
        return (await Array.fromAsync(petri.sandboxes.list(running))).length > 5;
      });
      node.child.kill('SIGKILL');
      await once(node.child, 'exit');
      assert.equal(await settled, 'cut off');
    }
    await using node = await startNodeProcess(env);
    await using petri = await connect(node.address);
    assert.deepEqual(await inventory(petri), before);
    assert.equal((await petri.populations.restore(file('many'))).sandboxes, 40);
  });
});
