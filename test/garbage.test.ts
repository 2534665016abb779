import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testNode } from './support/node.ts';
import { until } from './support/until.ts';

const NEVER = { maxAgeMs: 0, failedMs: 0, retainGenerations: 0, abandonedMs: 0, idleMs: 0 };
const GiB = 1024 ** 3;
const genome = 'export const f = (x) => x + 1; export const spin = () => { for (;;); };';

test('garbage is collected on demand, with its reason; pins and runs are spared', async () => {
  const garbage = { intervalMs: 0, rules: { ...NEVER, retainGenerations: 1 }, memoryBytes: 1024 * GiB };
  await using node = await testNode({ workers: 1, spares: 1, garbage });
  const { populations, pins, admin, sandboxes } = node.petri;
  await populations.create({ id: 'p' });
  for (const id of ['gone', 'pinned', 'running', 'stays', 'other']) await sandboxes.create({ id, genome });
  await populations.add('p', ['gone', 'pinned', 'running', 'stays']);
  await populations.advance('p', { survivors: ['stays'] });
  await pins.add(['pinned'], { reason: 'a souvenir' });
  const run = sandboxes.run('running', 'spin', [], { timeoutMs: 3_000 });
  await until('it runs', async () => (await sandboxes.usage('running')).queuedRuns === 1);

  const dry = await admin.collectGarbage({ dryRun: true });
  assert.deepEqual(dry.collected, [{ id: 'gone', reason: 'GENERATION' }]);
  assert.equal((await sandboxes.get('gone')).status, 'RUNNING');
  const report = await admin.collectGarbage();
  assert.deepEqual(report.collected, [{ id: 'gone', reason: 'GENERATION' }]);
  assert.deepEqual([report.examined, report.spared, report.failed, report.hibernated], [5, 2, [], []]);
  await assert.rejects(sandboxes.get('gone'), { code: 'not_found' });
  assert.equal((await run).outcome, 'TIMEOUT');
  assert.deepEqual((await admin.collectGarbage()).collected, [{ id: 'running', reason: 'GENERATION' }]);
  const [pin] = await Array.fromAsync(pins.list());
  assert.deepEqual([pin?.id, pin?.reason], ['pinned', 'a souvenir']);
  await pins.remove(['pinned']);
  assert.deepEqual((await admin.collectGarbage()).collected, [{ id: 'pinned', reason: 'GENERATION' }]);
});

test('a node collects by itself, hibernates where memory is short, and tells those who watch', async () => {
  const garbage = { intervalMs: 20, rules: { ...NEVER, abandonedMs: 1 }, memoryBytes: 1 };
  await using node = await testNode({ workers: 1, spares: 0, garbage });
  const { populations, sandboxes, events } = node.petri;
  const cursor = await events.now({ kinds: ['SANDBOX_GC'] });
  await populations.create({ id: 'p' });
  for (const id of ['kept', 'orphan']) await sandboxes.create({ id, genome });
  assert.equal(await sandboxes.call('kept', 'f', 1), 2);
  await until('both hibernate', async () => !(await sandboxes.usage('kept')).resident);
  assert.equal(await sandboxes.call('kept', 'f', 2), 3, 'nothing is lost but the isolate');
  await populations.add('p', ['orphan']);
  await populations.delete('p');
  await until('the orphan is gone', async () =>
    sandboxes.get('orphan').then(
      () => false,
      () => true,
    ),
  );
  for await (const event of events.watch({ kinds: ['SANDBOX_GC'], cursor }))
    if (event.kind !== 'GAP' && event.attributes['petri.gc.collected.abandoned'] === '1') break;
});
