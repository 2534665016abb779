import { Metadata } from '@grpc/grpc-js';
import { Outcome } from '@petri/contracts/v1';
import type { Benchmark, Context, Row } from './support/benchmark.ts';
import { type BenchNode, startNode } from './support/node.ts';
import { median, quantile } from './support/quantiles.ts';
import { figure, none, versus } from './support/rows.ts';
import { call, genome } from './support/small.ts';
import { workResult, workSource } from './support/work.ts';

const TENANTS = { quiet: 'quiet-token-0123456789', noisy: 'noisy-token-0123456789' } as const;
const NOISY_SANDBOXES = 50;
const BLOCK = 100;

const as = (tenant: keyof typeof TENANTS): Metadata => {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${TENANTS[tenant]}`);
  return metadata;
};

/** One tenant runs one thing after another; the other floods the node with batches of the same. */
export const noisyTenant: Benchmark = {
  name: 'noisy-tenant',
  title: "A quiet tenant's runs of about 5 ms while another floods the node with such, against alone",
  async run({ quick, progress }: Context): Promise<Row[]> {
    const rounds = quick ? 2 : 6;
    const tokens = Object.entries(TENANTS).map(([name, token]) => `${name}:operator:${token}`);
    await using node = await startNode({ environment: { PETRI_TOKENS: tokens.join(',') } });
    const { sandboxes } = node;
    await sandboxes.createSandbox({ id: 'q', genome: genome(workSource(0)) }, { metadata: as('quiet') });
    const requests = Array.from({ length: NOISY_SANDBOXES }, (_, n) => ({
      id: `s${n}`,
      genome: genome(workSource(n)),
    }));
    await sandboxes.batchCreate({ requests }, { metadata: as('noisy') });
    let wrong = 0;
    const block = async (): Promise<number[]> => {
      const times: number[] = [];
      for (let i = 0; i < BLOCK; i++) {
        const started = performance.now();
        const { result } = await sandboxes.run(
          { id: 'q', spec: call('work', i % 8) },
          { metadata: as('quiet') },
        );
        times.push(performance.now() - started);
        const kind = result?.outcome === Outcome.COMPLETED ? result.value?.kind : undefined;
        if (kind?.case !== 'numberValue' || kind.value !== workResult(i % 8)) wrong++;
      }
      return times;
    };
    const [alone, crowded]: [number[][], number[][]] = [[], []];
    let flooded = 0;
    for (let round = 0; round <= rounds; round++) {
      progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      const quiet = await block();
      await using flood = startFlood(node);
      const noisy = await block();
      flooded += await flood.done();
      if (round === 0) continue;
      alone.push(quiet);
      crowded.push(noisy);
    }
    const quantiles = (times: number[][], q: number) => times.map((each) => quantile(each, q));
    const p99 = { what: 'alone, p99', values: quantiles(alone, 0.99) };
    const p50 = { what: 'alone, p50', values: quantiles(alone, 0.5) };
    return [
      versus("the quiet tenant's run, p99", quantiles(crowded, 0.99), 'ms', p99, { atMost: 3 }),
      versus("the quiet tenant's run, p50", quantiles(crowded, 0.5), 'ms', p50),
      figure("the quiet tenant's run, max", Math.max(...crowded.flat()), 'ms'),
      figure('alone, max', median(alone.map((times) => Math.max(...times))), 'ms'),
      figure("the other's runs meanwhile", flooded, '', { atLeast: 1 }),
      none('wrong results', wrong),
    ];
  },
};

/** Batches without end, until it is disposed of. */
function startFlood({ sandboxes }: BenchNode): AsyncDisposable & { done: () => Promise<number> } {
  const end = new AbortController();
  let count = 0;
  const flood = async () => {
    const entries = Array.from({ length: 10_000 }, (_, i) => ({
      id: `s${i % NOISY_SANDBOXES}`,
      spec: call('work', i % 8),
    }));
    const options = { metadata: as('noisy'), signal: end.signal };
    try {
      for await (const { items } of sandboxes.batchRun({ entries }, options)) count += items.length;
    } catch (thrown) {
      if (!end.signal.aborted) throw thrown;
    }
  };
  const flooding = flood();
  const done = async () => {
    end.abort();
    await flooding;
    return count;
  };
  return { done, [Symbol.asyncDispose]: async () => void (await done()) };
}
