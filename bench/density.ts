import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Outcome } from '@petri/contracts/v1';
import { DEFAULT_LIMITS, type StoredSandbox } from '@petri/sandbox';
import { openStorage } from '@petri/service-node';
import type { Benchmark, Context, Row } from './support/benchmark.ts';
import { activeWorkers, type BenchNode, startNode } from './support/node.ts';
import { median, quantile } from './support/quantiles.ts';
import { figure, none, versus } from './support/rows.ts';
import { call, genome, smallResult, smallSource } from './support/small.ts';

const PAGE = 1_000;
const BATCH = 100;
/** Different genomes; a population is mostly copies. */
const GENOMES = 500;

type Sizes = { few: number; some: number; live: number; hibernated: number; runs: number };

// One worker holds 3,500 at most.
const WORKERS = { PETRI_WORKERS: '3' };
const LIVE_BYTES = 1_600_000;
const CHUNK_BYTES = 1 << 28;
const FULL: Sizes = { few: 100, some: 2_000, live: 10_000, hibernated: 100_000, runs: 2_000 };
const QUICK: Sizes = { few: 100, some: 200, live: 400, hibernated: 5_000, runs: 500 };

export const density: Benchmark = {
  name: 'density',
  title: 'Many sandboxes: 10,000 live and 100,000 hibernated on one node with a data directory',
  async run({ quick, progress }: Context): Promise<Row[]> {
    const sizes = quick ? QUICK : FULL;
    const [empty, full] = await Promise.all([temporaryDirectory(), temporaryDirectory()]);
    try {
      const touched = await touchMemory(sizes.live * LIVE_BYTES);
      const alone = await onEmptyNode(empty, sizes, progress);
      await fill(full, sizes.hibernated, progress);
      return [...(await onFullNode(full, sizes, alone, progress)), machineRow(touched)];
    } finally {
      await Promise.all([empty, full].map((directory) => rm(directory, { recursive: true })));
    }
  },
};

/**
 * What the machine itself takes to give out so much memory, a chunk at a time, in milliseconds: virtual machines may be given
 * theirs when it is first touched, at several times the price of what they had before.
 */
async function touchMemory(bytes: number): Promise<number[]> {
  const chunks = Math.floor(Math.min(bytes, freemem() * 0.9) / CHUNK_BYTES);
  const touching = `
    const kept = [];
    const times = Array.from({ length: ${chunks} }, () => {
      const started = performance.now();
      kept.push(Buffer.alloc(${CHUNK_BYTES}, 1));
      return performance.now() - started;
    });
    console.log(JSON.stringify(times));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', touching]);
  return JSON.parse(stdout) as number[];
}

function machineRow(touched: number[]): Row {
  const [first, last] = tenthsOf(touched);
  const baseline = { what: 'in the first', values: [first] };
  return versus("the machine's memory, touched first, 256 MiB of the last tenth", [last], 'ms', baseline);
}

/** The medians of the first and of the last tenth. */
function tenthsOf(values: number[]): [first: number, last: number] {
  const part = Math.ceil(values.length / 10);
  return [median(values.slice(0, part)), median(values.slice(-part))];
}

type Alone = { times: number[]; rate: number; nodeBytes: number; residentBytes: number; wrong: number };

async function onEmptyNode(
  directory: string,
  { few, some, runs }: Sizes,
  progress: Context['progress'],
): Promise<Alone> {
  await using node = await startNode({ dataDirectory: directory, environment: WORKERS });
  const crowd = new Crowd(node, progress);
  const start = await crowd.memory();
  await crowd.grow(few);
  await crowd.run(few, runs); // warms up
  const times = await crowd.run(few, runs);
  const before = await crowd.memory();
  crowd.rates.length = 0;
  await crowd.grow(some);
  const residentBytes = ((await crowd.memory()).workers - before.workers) / (some - few);
  return { times, rate: median(crowd.rates), nodeBytes: start.node, residentBytes, wrong: crowd.wrong };
}

async function onFullNode(
  directory: string,
  { few, live, hibernated, runs }: Sizes,
  alone: Alone,
  progress: Context['progress'],
): Promise<Row[]> {
  progress(`starting on ${hibernated} sandboxes`);
  const started = performance.now();
  await using node = await startNode({ dataDirectory: directory, environment: WORKERS });
  const startMs = performance.now() - started;
  const crowd = new Crowd(node, progress);
  const memory = await crowd.memory();
  await crowd.grow(few);
  await crowd.run(few, runs); // warms up
  const besides = await crowd.run(few, runs);
  await crowd.grow(live);
  const [firstTenth, lastTenth] = tenthsOf(crowd.rates);
  await crowd.revive(live);
  const resident = await crowd.residents();
  const among = await crowd.run(live, runs);
  const pages = await crowd.pages(live + hibernated);
  return [
    figure('run on one of few, p99', quantile(alone.times, 0.99), 'ms'),
    ratio(`the same, ${hibernated} hibernated`, besides, alone.times),
    ratio(`run on one of ${live} live, ${hibernated} hibernated, p99`, among, alone.times),
    figure('live at once', resident, '', { atLeast: live }),
    versus(
      `creation with code, in the last tenth of ${live}`,
      [1_000 / lastTenth],
      'ms',
      { what: 'in the first', values: [1_000 / firstTenth] },
      { atMost: 1.5 },
    ),
    figure('created with code, per second, on an empty node', alone.rate, '/s'),
    figure('memory of a live one, in workers', alone.residentBytes / 1e6, 'MB'),
    figure(
      'memory of a hibernated one, in the node',
      (memory.node - alone.nodeBytes) / hibernated / 1e3,
      'kB',
    ),
    figure(`start on ${hibernated}`, startMs / 1e3, 's'),
    figure(`a page of ${PAGE} out of ${live + hibernated}, p50`, quantile(pages, 0.5), 'ms'),
    none('wrong results', crowd.wrong + alone.wrong),
  ];
}

/** A data directory with so many sandboxes of small code, as a node leaves it. */
async function fill(directory: string, count: number, progress: Context['progress']): Promise<void> {
  const { sandboxes, close } = await openStorage(directory);
  const writing: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    if (n % PAGE === 0) progress(`${n} of ${count} stored`);
    writing.push(sandboxes!.put(stored(`h${n}`, smallSource(n % GENOMES))));
    if (writing.length >= PAGE) await Promise.all(writing.splice(0));
  }
  await Promise.all(writing);
  await close();
}

function stored(id: string, source: string): StoredSandbox {
  const version = {
    module: 'main',
    version: 1,
    language: 'javascript' as const,
    sha256: createHash('sha256').update(source).digest('hex'),
    sizeBytes: source.length,
    loadedAtMs: Date.now(),
    active: true,
    code: { language: 'javascript' as const, source },
  };
  return {
    identity: {
      id,
      tenant: '',
      isolation: 'ISOLATE',
      securityProfile: 'MEDIUM',
      population: '',
      labels: {},
      createdAtMs: Date.now(),
    },
    limits: DEFAULT_LIMITS,
    entry: 'main',
    modules: [{ module: 'main', activeVersion: 1, totalVersions: 1, versions: [version] }],
    stateJson: '{}',
    revision: 1,
    restartCount: 0,
    updatedAtMs: Date.now(),
  };
}

const temporaryDirectory = () => mkdtemp(join(tmpdir(), 'petri-density-'));

/** Sandboxes c0, c1 and so on of one node. */
class Crowd {
  readonly #node: BenchNode;
  readonly #progress: (text: string) => void;
  /** Of each batch of creations, per second. */
  readonly rates: number[] = [];
  #size = 0;
  wrong = 0;

  constructor(node: BenchNode, progress: (text: string) => void) {
    this.#node = node;
    this.#progress = progress;
  }

  async grow(size: number): Promise<void> {
    while (this.#size < size) {
      this.#progress(`${this.#size} of ${size} created`);
      const requests = Array.from({ length: Math.min(BATCH, size - this.#size) }, () => {
        const n = this.#size++;
        return { id: `c${n}`, genome: genome(smallSource(n % GENOMES)) };
      });
      const started = performance.now();
      const { items } = await this.#node.sandboxes.batchCreate({ requests });
      this.rates.push((requests.length / (performance.now() - started)) * 1_000);
      for (const { result } of items)
        if (result.case === 'error') throw new Error(`a creation failed: ${result.value.message}`);
    }
  }

  /** Runs one after another, each on any of the first so many; how long each took, in milliseconds. */
  async run(among: number, runs: number): Promise<number[]> {
    this.#progress(`${runs} runs among ${among}`);
    const times: number[] = [];
    for (let x = 0; x < runs; x++) {
      // A stride that meets all of them, in no order of creation.
      const n = (x * 7_919) % among;
      const started = performance.now();
      const { result } = await this.#node.sandboxes.run({ id: `c${n}`, spec: call('f', x) });
      times.push(performance.now() - started);
      const { kind } = result?.value ?? {};
      const right = kind?.case === 'numberValue' && kind.value === smallResult(n % GENOMES, x);
      if (result?.outcome !== Outcome.COMPLETED || !right) this.wrong++;
    }
    return times;
  }

  /** On a busy machine some are hibernated again before the last is made. */
  async revive(count: number): Promise<void> {
    for (let first = 0; first < count; first += BATCH) {
      this.#progress(`${first} of ${count} revived`);
      const ids = Array.from({ length: Math.min(BATCH, count - first) }, (_, at) => `c${first + at}`);
      await Promise.all(ids.map((id) => this.#node.sandboxes.run({ id, spec: call('f', 1) })));
    }
  }

  async residents(): Promise<number> {
    const { workers } = await this.#node.admin.getNodeStatus({});
    return workers.reduce((sum, { resident }) => sum + resident, 0);
  }

  /** Bytes that the processes have in memory. */
  async memory(): Promise<{ node: number; workers: number }> {
    const workers = await Promise.all((await activeWorkers(this.#node)).map(residentBytes));
    return {
      node: await residentBytes(this.#node.pid),
      workers: workers.reduce((sum, bytes) => sum + bytes, 0),
    };
  }

  /** Goes through all of them once; how long each page took, in milliseconds. */
  async pages(expected: number): Promise<number[]> {
    const times: number[] = [];
    let seen = 0;
    let pageToken = '';
    do {
      const started = performance.now();
      const page = await this.#node.sandboxes.listSandboxes({ pageSize: PAGE, pageToken });
      times.push(performance.now() - started);
      seen += page.sandboxes.length;
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    if (seen !== expected) this.wrong++;
    return times;
  }
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1_024;
}

function ratio(what: string, values: readonly number[], alone: readonly number[]): Row {
  const [p99, baseline] = [quantile(values, 0.99), quantile(alone, 0.99)];
  return versus(what, [p99], 'ms', { what: 'one of few', values: [baseline] }, { atMost: 5 });
}
