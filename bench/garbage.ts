import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outcome } from '@petri/contracts/v1';
import type { Benchmark, Context, Row } from './support/benchmark.ts';
import { type BenchNode, startNode } from './support/node.ts';
import { median, quantile } from './support/quantiles.ts';
import { figure, none, versus } from './support/rows.ts';
import { call, genome, smallResult, smallSource } from './support/small.ts';
import { timed } from './support/timed.ts';

const BATCH = 500;
/** Runs are on some of those that stay. */
const RUNNING = 100;

type Sizes = { stay: number; go: number; runs: number; rounds: number };

const FULL: Sizes = { stay: 5_000, go: 5_000, runs: 3_000, rounds: 3 };
const QUICK: Sizes = { stay: 500, go: 500, runs: 500, rounds: 1 };

export const garbage: Benchmark = {
  name: 'garbage',
  title:
    'Runs while garbage is collected: a sweep over 10,000 sandboxes that takes half of them, on a data directory',
  async run({ quick, progress }: Context): Promise<Row[]> {
    const sizes = quick ? QUICK : FULL;
    const directory = await mkdtemp(join(tmpdir(), 'petri-garbage-'));
    try {
      // Garbage is what a deleted population leaves, at once, and only when it is asked for.
      const environment = { PETRI_GC_INTERVAL_MS: '0', PETRI_GC_ABANDONED_MS: '1' };
      await using node = await startNode({ dataDirectory: directory, environment });
      return await sweeps(node, sizes, progress);
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};

async function sweeps(
  node: BenchNode,
  { stay, go, runs, rounds }: Sizes,
  progress: Context['progress'],
): Promise<Row[]> {
  const runner = new Runner(node);
  const [alone, during]: [number[][], number[][]] = [[], []];
  const rates: number[] = [];
  const dryMs: number[] = [];
  let wrong = await created(node, 's', stay, progress);
  for (let round = 0; round < rounds; round++) {
    const population = `p${round}`;
    wrong += await created(node, population, go, progress);
    await abandon(node, population, go);
    progress(`round ${round + 1} of ${rounds}: runs`);
    await runner.block((count) => count < RUNNING * 2); // warms up
    alone.push(await runner.block((count) => count < runs));
    dryMs.push(
      await timed(async () => {
        const { collected, examined } = await node.admin.collectGarbage({ dryRun: true });
        if (collected.length !== go || examined !== stay + go) wrong++;
      }),
    );
    progress(`round ${round + 1} of ${rounds}: a sweep`);
    const over = new AbortController();
    const sweep = timed(async () => {
      const { collected } = await node.admin.collectGarbage({});
      if (collected.length !== go || collected.some(({ id }) => !id.startsWith(population))) wrong++;
    }).finally(() => over.abort());
    during.push(await runner.block(() => !over.signal.aborted));
    rates.push((go / (await sweep)) * 1_000);
  }
  const quantiles = (times: number[][], q: number) => times.map((each) => quantile(each, q));
  const p99 = { what: 'without, p99', values: quantiles(alone, 0.99) };
  const p50 = { what: 'without, p50', values: quantiles(alone, 0.5) };
  const what = `run during a sweep over ${stay + go} that collects ${go}`;
  return [
    versus(`${what}, p99`, quantiles(during, 0.99), 'ms', p99, { atMost: 3 }),
    versus(`${what}, p50`, quantiles(during, 0.5), 'ms', p50),
    figure('the longest of them', Math.max(...during.flat()), 'ms'),
    figure('the longest without', Math.max(...alone.flat()), 'ms'),
    figure('collected', median(rates), '/s'),
    figure(`dry run over ${stay + go}`, median(dryMs), 'ms'),
    none('wrong results', wrong + runner.wrong),
  ];
}

/** With code, and built; how many were not. */
async function created(
  { sandboxes }: BenchNode,
  prefix: string,
  count: number,
  progress: Context['progress'],
): Promise<number> {
  let wrong = 0;
  for (let from = 0; from < count; from += BATCH) {
    progress(`${from} of ${count} created`);
    const requests = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => ({
      id: `${prefix}-${from + at}`,
      genome: genome(smallSource(from + at)),
    }));
    const { items } = await sandboxes.batchCreate({ requests });
    wrong += items.filter(({ result }) => result.case !== 'sandbox').length;
  }
  return wrong;
}

async function abandon({ populations }: BenchNode, id: string, count: number): Promise<void> {
  await populations.createPopulation({ id });
  const members = Array.from({ length: count }, (_, at) => ({ id: `${id}-${at}` }));
  await populations.addMembers({ population: id, members });
  await populations.deletePopulation({ id });
}

/** Runs one after another. */
class Runner {
  readonly #node: BenchNode;
  #next = 0;
  wrong = 0;

  constructor(node: BenchNode) {
    this.#node = node;
  }

  /** For as long as `more` says, at least one; how long each took, in milliseconds. */
  async block(more: (count: number) => boolean): Promise<number[]> {
    const times: number[] = [];
    do {
      const x = this.#next++;
      const n = x % RUNNING;
      const started = performance.now();
      const { result } = await this.#node.sandboxes.run({ id: `s-${n}`, spec: call('f', x) });
      times.push(performance.now() - started);
      const kind = result?.outcome === Outcome.COMPLETED ? result.value?.kind : undefined;
      if (kind?.case !== 'numberValue' || kind.value !== smallResult(n, x)) this.wrong++;
    } while (more(times.length));
    return times;
  }
}
