import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from './support/directory.ts';
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
  const caller = new AbortController();
  const run = sandboxes.run('running', 'spin', [], { timeoutMs: 60_000, signal: caller.signal });
  await until('it runs', async () => (await sandboxes.usage('running')).queuedRuns === 1);

  const dry = await admin.collectGarbage({ dryRun: true });
  assert.deepEqual(dry.collected, [{ id: 'gone', reason: 'GENERATION' }]);
  assert.equal((await sandboxes.get('gone')).status, 'RUNNING');
  const report = await admin.collectGarbage();
  assert.deepEqual(report.collected, [{ id: 'gone', reason: 'GENERATION' }]);
  assert.deepEqual([report.examined, report.spared, report.failed, report.hibernated], [5, 2, [], []]);
  await assert.rejects(sandboxes.get('gone'), { code: 'not_found' });
  caller.abort();
  await assert.rejects(run, { code: 'cancelled' });
  await until('it is over', async () => (await sandboxes.usage('running')).queuedRuns === 0);
  assert.deepEqual((await admin.collectGarbage()).collected, [{ id: 'running', reason: 'GENERATION' }]);
  const [pin] = await Array.fromAsync(pins.list());
  assert.deepEqual([pin?.id, pin?.reason], ['pinned', 'a souvenir']);
  await pins.remove(['pinned']);
  assert.deepEqual((await admin.collectGarbage()).collected, [{ id: 'pinned', reason: 'GENERATION' }]);
});

test('runs are answered while a sweep collects many', async () => {
  const garbage = { intervalMs: 0, rules: { ...NEVER, abandonedMs: 1 }, memoryBytes: 1024 * GiB };
  await using node = await testNode({ workers: 1, spares: 0, garbage });
  const { populations, admin, sandboxes } = node.petri;
  const many = Array.from({ length: 200 }, (_, at) => `g${at}`);
  const withStop = `${genome} export const stop = () => { for (let n = 0; n < 1e5; n++); };`;
  await sandboxes.create({ id: 'stays', genome });
  for (let at = 0; at < many.length; at += 50)
    await sandboxes.batchCreate(many.slice(at, at + 50).map((id) => ({ id, genome: withStop })));
  await populations.create({ id: 'p' });
  await populations.add('p', many);
  const deletedAt = Date.now();
  await populations.delete('p');
  await until('it is some milliseconds ago', () => Date.now() > deletedAt + 10);
  const stillThere = async () => (await Array.fromAsync(sandboxes.list({ pageSize: 1000 }))).length - 1;
  const over = new AbortController();
  const sweep = admin.collectGarbage().finally(() => over.abort());
  let answeredAmidst = 0;
  for (let n = 0; !over.signal.aborted; n++) {
    assert.equal(await sandboxes.call('stays', 'f', n), n + 1);
    const left = await stillThere();
    if (left > 0 && left < many.length) answeredAmidst++;
  }
  assert.equal((await sweep).collected.length, many.length);
  assert.ok(answeredAmidst > 0);
  assert.equal(await stillThere(), 0);
});

test('a node collects by itself, hibernates where memory is short, and tells those who watch', async () => {
  const garbage = { intervalMs: 20, rules: { ...NEVER, abandonedMs: 1 }, memoryBytes: 1 };
  using directory = temporaryDirectory();
  const auditFile = join(directory.path, 'audit.jsonl');
  await using node = await testNode({ workers: 1, spares: 0, garbage, auditFile });
  const { populations, sandboxes, events } = node.petri;
  const cursor = await events.now({ kinds: ['SANDBOX_GC', 'SANDBOX_DESTROY'] });
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
  const reasons: Record<string, string | undefined> = {};
  for await (const event of events.watch({ kinds: ['SANDBOX_GC', 'SANDBOX_DESTROY'], cursor })) {
    if (event.kind === 'SANDBOX_DESTROY') reasons[event.sandboxId] = event.attributes['petri.gc.reason'];
    if (event.kind === 'SANDBOX_GC' && event.attributes['petri.gc.collected.abandoned'] === '1') break;
  }
  assert.deepEqual(reasons, { orphan: 'abandoned' });
  const collected = () =>
    readFileSync(auditFile, 'utf8')
      .split('\n')
      .find((line) => line.includes('"collect"'));
  await until('it is in the audit log', () => collected() !== undefined);
  const { event, sandbox, tenant, reason, result } = JSON.parse(collected()!) as Record<string, string>;
  assert.deepEqual(
    [event, sandbox, tenant, reason, result],
    ['collect', 'orphan', 'anonymous', 'ABANDONED', 'OK'],
  );
});
