/**
 * Whatever happens on a node is seen as a span, as a metric and as an event: what design and docs/TELEMETRY.md list, on a node
 * that is a process, with a collector and a watcher beside it.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { connect, type FitnessError, type Petri, type RunLimits } from '@petri/client';
import { EventKind } from '@petri/contracts/v1';
import { startNatsServer, WITHOUT_NATS } from './support/nats-server.ts';
import { type NodeProcess, startNodeProcess } from './support/node-process.ts';
import { otlpReceiver, type Receiver } from './support/otlp/receiver.ts';
import { type Kind, type Row, see } from './support/signals.ts';
import { until } from './support/until.ts';

const MiB = 1024 * 1024;
const GENOME = `
  export const f = (n) => n * 2;
  export const fail = () => { throw new Error('no'); };
  export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
  export const burn = () => { const end = Date.now() + 20_000; while (Date.now() < end); };
  export const push = () => { const all = []; for (;;) all.push({ some: 'object' }); };
  export const flood = () => 'x'.repeat(2 ** 25);`;
const suiteOf = (name: string) => ({ suite: { cases: [{ function: name, arguments: [2], expected: 4 }] } });

let ids = 0;
const nextId = (prefix: string) => `${prefix}-${++ids}`;
const box = async ({ sandboxes }: Petri, genome = GENOME) =>
  (await sandboxes.create({ genome, limits: { memoryBytes: 32 * MiB } })).id;

const runs =
  (name: string, limits: RunLimits = {}) =>
  async (petri: Petri) =>
    petri.sandboxes.run(await box(petri), name, [1], { timeoutMs: 15_000, ...limits });

/** Ends the worker of a run, as often as it takes for the run to be blamed. */
async function crashes(petri: Petri): Promise<void> {
  const run = runs('burn')(petri);
  let over = false;
  void run.finally(() => (over = true)).catch(() => undefined);
  const ended = new Set<number>();
  await until(
    'the run is over',
    async () => {
      const { workers } = await petri.admin.status();
      for (const { state, pid } of workers)
        if (state === 'HELD' && !ended.has(pid) && ended.add(pid)) process.kill(pid, 'SIGSEGV');
      return over;
    },
    30_000,
  );
  await run;
}

/** A population of them on the island "east", and an empty one on "west". */
async function archipelago(petri: Petri, genomes: readonly string[]): Promise<string> {
  const { populations, sandboxes } = petri;
  const population = nextId('p');
  for (const island of ['east', 'west']) await populations.create({ id: `${population}.${island}` });
  const members = genomes.map((genome, n) => ({ id: `${population}-${n}`, genome }));
  await sandboxes.batchCreate(members);
  await populations.add(
    `${population}.east`,
    members.map(({ id }) => id),
  );
  await until('both are known', async () => (await petri.archipelago.islands(population)).length === 2);
  return population;
}

const constant = (value: number) => `export const f = () => ${value};`;
/** The best of all, and so the first to go. */
const slow = (ms: number) =>
  `export const f = () => { const end = Date.now() + ${ms}; while (Date.now() < end); return 1_000; };`;
const CLOSE = {
  suite: {
    cases: [{ function: 'f', expected: 1_000, comparison: 'CLOSENESS' as const }],
    caseTimeoutMs: 60_000,
  },
  timeoutMs: 60_000,
};

/** So many times, one after another. How many were dropped. */
async function migrates(petri: Petri, genomes: readonly string[], times = 1): Promise<number> {
  const population = await archipelago(petri, genomes);
  const ofPopulation = genomes.map((_, n) => `${population}-${n}`);
  const record = { record: { population: `${population}.east` } };
  await petri.sandboxes.batchEvaluate(ofPopulation, CLOSE, record).summary();
  const move = { from: 'east', to: 'west', population, count: genomes.length };
  const asked: string[] = [];
  for (let time = 0; time < times; time++) asked.push((await petri.archipelago.migrate(move)).id);
  let lost = 0;
  for (const id of asked) {
    const report = () => petri.archipelago.migration(id);
    const isOver = async () => {
      const { sent, inFlight } = await report();
      return sent === genomes.length && inFlight === 0;
    };
    await until('it is over', isOver, 60_000);
    lost += (await report()).dropped;
  }
  return lost;
}

/** While the first is evaluated again the inbox takes a hundred, and pushes the oldest out. */
async function floods(petri: Petri): Promise<void> {
  const many = Array.from({ length: 79 }, (_, n) => constant(n));
  // A crowded machine takes its time to send them.
  for (let ms = 1_000; (await migrates(petri, [slow(ms), ...many], 2)) === 0;) ms *= 2;
}

/** A score by an evaluator that nobody has used. */
async function migratesUnknown(petri: Petri): Promise<void> {
  const population = await archipelago(petri, [constant(1)]);
  await petri.fitness.record(`${population}.east`, [{ id: `${population}-0`, score: 1 }]);
  await petri.archipelago.migrate({ from: 'east', to: 'west', population });
}

async function collects(petri: Petri): Promise<void> {
  const { populations } = petri;
  const [id, { id: population }] = [await box(petri), await populations.create()];
  await populations.add(population, [id]);
  for (let generation = 0; generation < 3; generation++) await populations.advance(population, {});
  const { collected } = await petri.admin.collectGarbage();
  assert.ok(collected.some((item) => item.id === id));
}

async function records(petri: Petri, entry: { score: number } | { error: FitnessError }) {
  const { id: population } = await petri.populations.create();
  await petri.populations.add(population, ['m']);
  await petri.fitness.record(population, [{ id: 'm', ...entry }]);
  return population;
}

const CALL_OF_MANY = 'up to 10,000 in one call, which is their span';

const killed = (reason: string, provoke: Row['provoke']): Row => ({
  title: `[:sandbox, :killed, ${reason === 'timeout' ? ':timeout' : ':resource_limit'}] by ${reason}`,
  provoke,
  kind: 'SANDBOX_KILLED',
  attributes: { 'petri.kill.reason': reason },
  metrics: { 'petri.kills': { 'petri.kill.reason': reason } },
});

const migrated = (result: string, provoke: Row['provoke']): Row => ({
  title: `a migrant, ${result}`,
  provoke,
  kind: `ISLAND_MIGRATION_${result.toUpperCase()}` as Kind,
  metrics: { 'petri.migrations': { 'petri.migration.result': result } },
});

const ROWS: Row[] = [
  {
    title: '[:sandbox, :create, :stop]',
    provoke: (petri) => box(petri),
    kind: 'SANDBOX_CREATE',
    metrics: { 'petri.create.duration': {} },
  },
  {
    title: '[:sandbox, :create, :exception]',
    provoke: (petri) => assert.rejects(box(petri, 'no code')),
    kind: 'SANDBOX_CREATE',
    event: { error: 'COMPILE_FAILED' },
    span: { failed: true },
    metrics: { 'petri.create.duration': {} },
  },
  {
    title: '[:sandbox, :hot_reload, :stop]',
    provoke: async (petri) => petri.sandboxes.reload(await box(petri), 'export const g = 1;'),
    kind: 'SANDBOX_RELOAD',
    metrics: { 'petri.reload.duration': {} },
  },
  {
    title: '[:sandbox, :hot_reload, :exception]',
    provoke: async (petri) => assert.rejects(petri.sandboxes.reload(await box(petri), 'no code')),
    kind: 'SANDBOX_RELOAD',
    event: { error: 'COMPILE_FAILED' },
    span: { failed: true },
    metrics: { 'petri.reload.duration': {} },
  },
  {
    title: '[:sandbox, :destroy]',
    provoke: async (petri) => petri.sandboxes.destroy(await box(petri)),
    kind: 'SANDBOX_DESTROY',
    metrics: 'the gauge `petri.sandboxes` falls',
  },
  {
    title: '[:sandbox, :run, :stop]',
    provoke: runs('f'),
    kind: 'SANDBOX_RUN',
    event: { outcome: 'COMPLETED' },
    metrics: {
      'petri.runs': { 'petri.outcome': 'completed' },
      'petri.run.duration': {},
      'petri.queue.duration': {},
    },
  },
  {
    title: '[:sandbox, :run, :exception]',
    provoke: runs('fail'),
    kind: 'SANDBOX_RUN',
    event: { outcome: 'THREW' },
    span: { failed: true },
    metrics: { 'petri.runs': { 'petri.outcome': 'threw' }, 'petri.run.duration': {} },
  },
  {
    title: '[:sandbox, :evaluate, :stop]',
    provoke: async (petri) => petri.sandboxes.evaluate(await box(petri), suiteOf('f')),
    kind: 'SANDBOX_EVALUATE',
    event: { outcome: 'COMPLETED', score: 1 },
    metrics: {
      'petri.evaluations': { 'petri.outcome': 'completed' },
      'petri.evaluate.duration': {},
      'petri.queue.duration': {},
    },
  },
  {
    title: '[:sandbox, :evaluate, :exception]',
    provoke: async (petri) =>
      petri.sandboxes.evaluate(await box(petri), { ...suiteOf('hang'), timeoutMs: 50 }),
    kind: 'SANDBOX_EVALUATE',
    event: { outcome: 'TIMEOUT' },
    span: { failed: true },
    metrics: { 'petri.evaluations': { 'petri.outcome': 'timeout' }, 'petri.evaluate.duration': {} },
  },
  {
    title: '[:sandbox, :evaluate, :exception] by the fitness program',
    provoke: async (petri) => {
      const evaluation = petri.sandboxes.evaluate(await box(petri), {
        program: { javascript: 'export default () => null.x;' },
      });
      await assert.rejects(evaluation, { reason: 'FITNESS_PROGRAM_FAILED' });
    },
    kind: 'SANDBOX_EVALUATE',
    event: { error: 'FITNESS_PROGRAM_FAILED' },
    span: { failed: true },
    metrics: {
      'petri.evaluations': { 'petri.outcome': 'fitness_program_failed' },
      'petri.evaluate.duration': {},
    },
  },
  {
    title: '[:sandbox, :fitness, :computed]',
    provoke: async (petri) => petri.sandboxes.evaluate(await box(petri), suiteOf('f')),
    kind: 'SANDBOX_FITNESS_COMPUTED',
    event: { score: 1 },
    span: { within: 'sandbox.evaluate' },
    metrics: { 'petri.fitness': {} },
  },
  {
    title: '[:sandbox, :batch, :stop]',
    provoke: async (petri) =>
      petri.sandboxes.batchRun([{ id: await box(petri) }], { spec: { function: 'f' } }).summary(),
    kind: 'SANDBOX_BATCH',
    attributes: { 'petri.batch.kind': 'run', 'petri.batch.size': '1' },
    metrics: {
      'petri.batch.duration': { 'petri.batch.kind': 'run' },
      'petri.batch.size': { 'petri.batch.kind': 'run' },
    },
  },
  {
    title: '[:sandbox, :batch, :exception]',
    provoke: async (petri) => {
      const left = new AbortController();
      const options = { spec: { function: 'hang' }, signal: left.signal };
      const batch = petri.sandboxes.batchRun([{ id: await box(petri) }], options).summary();
      const rejected = assert.rejects(batch, { code: 'cancelled' });
      await until('it is under way', async () =>
        (await petri.admin.status()).workers.some(({ inFlight }) => inFlight > 0),
      );
      left.abort();
      await rejected;
    },
    kind: 'SANDBOX_BATCH',
    event: { error: 'CANCELLED' },
    span: { failed: true },
    metrics: { 'petri.batch.duration': { 'petri.batch.kind': 'run' } },
  },
  killed('timeout', runs('hang', { timeoutMs: 50 })),
  killed('cpu', runs('burn', { cpuTimeMs: 50 })),
  killed('memory', runs('push')),
  killed('output', runs('flood')),
  killed('crash', crashes),
  {
    title: '[:sandbox, :gc, :collected]',
    provoke: collects,
    kind: 'SANDBOX_GC',
    attributes: { 'petri.gc.collected.generation': '1' },
    metrics: { 'petri.gc.collected': { 'petri.gc.reason': 'generation' }, 'petri.gc.duration': {} },
  },
  migrated('sent', (petri) => migrates(petri, [constant(1)])),
  migrated('admitted', (petri) => migrates(petri, [constant(1)])),
  migrated('duplicate', (petri) => migrates(petri, [constant(1)], 2)),
  migrated('rejected', migratesUnknown),
  migrated('dropped', floods),
  {
    title: 'fitness, recorded',
    provoke: (petri) => records(petri, { score: 0.5 }),
    kind: 'POPULATION_FITNESS_RECORDED',
    event: { score: 0.5 },
    span: CALL_OF_MANY,
    metrics: {
      'petri.population.records': { 'petri.record.result': 'scored' },
      'petri.population.fitness': {},
    },
  },
  {
    title: 'fitness, recorded as a failure',
    provoke: (petri) => records(petri, { error: { reason: 'TIMEOUT', message: 'slow' } }),
    kind: 'POPULATION_FITNESS_RECORDED',
    event: { error: 'TIMEOUT' },
    span: CALL_OF_MANY,
    metrics: { 'petri.population.records': { 'petri.record.result': 'failed' } },
  },
  {
    title: 'fitness, adjusted',
    provoke: async (petri) => {
      const population = await records(petri, { score: 0.5 });
      await petri.fitness.adjust(population, [{ id: 'm', delta: 1, reason: 'anomaly' }]);
    },
    kind: 'POPULATION_FITNESS_ADJUSTED',
    event: { score: 1.5 },
    span: CALL_OF_MANY,
    metrics: { 'petri.population.records': { 'petri.record.result': 'adjusted' } },
  },
];

const joined = (provoke: Row['provoke']): Row => ({
  title: 'a node, joined',
  provoke,
  kind: 'ISLAND_MEMBERSHIP_CHANGED',
  attributes: { 'petri.membership.change': 'joined', 'petri.member.node': 'other' },
  span: 'no call causes it',
  metrics: 'who is there, `ListNodes` says',
});

/** What is exported soon, instead of after seconds. */
const exporting = (receiver: Receiver) => ({
  PETRI_WORKERS: '1',
  PETRI_SPARES: '1',
  OTEL_BSP_SCHEDULE_DELAY: '20',
  OTEL_METRIC_EXPORT_INTERVAL: '100',
  OTEL_METRIC_EXPORT_TIMEOUT: '100',
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.http,
});

suite('whatever happens is a span, a metric and an event:', () => {
  let receiver: Receiver;
  let node: NodeProcess;
  let petri: Petri;
  before(async () => {
    receiver = await otlpReceiver();
    node = await startNodeProcess({
      ...exporting(receiver),
      PETRI_ISLANDS: 'east,west',
      PETRI_BEAT_MS: '20',
      PETRI_GC_INTERVAL_MS: '0',
      PETRI_GC_RETAIN_GENERATIONS: '1',
    });
    petri = await connect(node.address);
  });
  after(async () => {
    await petri.close();
    await node.stop();
    await receiver[Symbol.asyncDispose]();
  });

  for (const row of ROWS) test(row.title, () => see(row, petri, receiver));

  test('a node, joined', { skip: WITHOUT_NATS }, async () => {
    await using nats = await startNatsServer();
    const inCluster = (name: string) =>
      startNodeProcess({
        ...exporting(receiver),
        PETRI_NODE: name,
        PETRI_BEAT_MS: '50',
        PETRI_NATS_SERVERS: nats.url,
      });
    await using one = await inCluster('one');
    await using ofOne = await connect(one.address);
    await using others = new AsyncDisposableStack();
    const joins = async () => others.use(await inCluster('other'));
    await see(joined(joins), ofOne, receiver);
  });

  test('and nothing else can happen', () => {
    const kinds = Object.keys(EventKind).filter((name) => /^[A-Z_]+$/.test(name) && name !== 'UNSPECIFIED');
    const seen = new Set([...ROWS.map(({ kind }) => kind), 'ISLAND_MEMBERSHIP_CHANGED']);
    assert.deepEqual([...seen].sort(), kinds.sort());
  });
});
