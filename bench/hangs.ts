import { Outcome, type Receipt, type RunResult } from '@petri/contracts/v1';
import type { Benchmark, Context, Row } from './support/benchmark.ts';
import { HANGS, hangSource } from './support/hang-source.ts';
import { type BenchNode, startNode } from './support/node.ts';
import { median, quantile } from './support/quantiles.ts';
import { figure, none } from './support/rows.ts';
import { call, genome, SANDBOXES, smallResult } from './support/small.ts';

const DEADLINE_MS = 100;
const ONE_HANG_IN = 100;
const LATE_MS = { atMost: 50 };

type Hang = (typeof HANGS)[number];

export const hangs: Benchmark = {
  name: 'hangs',
  title: '1% endless loops of 5 kinds among evaluations with 100 ms deadlines, in one BatchRun',
  async run(context): Promise<Row[]> {
    await using node = await startNode();
    const requests = Array.from({ length: SANDBOXES }, (_, n) => ({
      id: `s${n}`,
      genome: genome(hangSource(n)),
    }));
    await node.sandboxes.batchCreate({ requests });
    return [...(await oneBatch(context, node)), ...(await oneByOne(context, node))];
  },
};

/** Spread at odd distances, so that no sandbox and no kind gets all of them. */
function hangAt(index: number): Hang | undefined {
  const block = Math.floor(index / ONE_HANG_IN);
  return index % ONE_HANG_IN === (block * 37) % ONE_HANG_IN ? HANGS[block % HANGS.length] : undefined;
}

const lateness = (receipt: Receipt | undefined): number => (receipt?.wallUs ?? NaN) / 1000 - DEADLINE_MS;

async function oneBatch({ quick, progress }: Context, { sandboxes }: BenchNode): Promise<Row[]> {
  const total = quick ? 2_000 : 10_000;
  const entries = Array.from({ length: total }, (_, i) => {
    const hang = hangAt(i);
    return {
      id: `s${i % SANDBOXES}`,
      spec: { ...(hang ? call(hang) : call('f', i)), timeoutMs: DEADLINE_MS },
    };
  });
  const seen = new Uint8Array(total);
  const late: number[] = [];
  const wrong: (RunResult | undefined)[] = [];
  let [done, notEnded, impossible, lostWorkers] = [0, 0, 0, 0];
  const started = performance.now();
  for await (const { items, summary } of sandboxes.batchRun({ entries })) {
    for (const { index, result } of items) {
      seen[index]!++;
      done++;
      const run = result.case === 'run' ? result.value : undefined;
      // No run can have taken longer than the batch has; 1 ms for clocks that are read at different times.
      if (run?.receipt && run.receipt.wallUs / 1000 > performance.now() - started + 1) impossible++;
      if (isRight(run, index)) continue;
      if (hangAt(index) === undefined) wrong.push(run);
      else if (run?.outcome === Outcome.TIMEOUT) late.push(lateness(run.receipt));
      else notEnded++;
    }
    lostWorkers = summary?.workersLost ?? lostWorkers;
    progress(`${done} of ${total}`);
  }
  const perSecond = (total / (performance.now() - started)) * 1000;
  return [
    none(`wrong results of the ${total - total / ONE_HANG_IN} others`, wrong.length),
    ...countByOutcome(wrong),
    none(`lost results of all ${total}`, seen.filter((times) => times !== 1).length),
    none(`hangs of ${total / ONE_HANG_IN} that did not end as TIMEOUT`, notEnded),
    none('receipts of more time than there was', impossible),
    figure('how late a hang was ended by its receipt, p50', median(late), 'ms'),
    figure('how late a hang was ended by its receipt, p99', quantile(late, 0.99), 'ms', LATE_MS),
    figure('how late a hang was ended by its receipt, max', Math.max(...late), 'ms'),
    figure('evaluations, hangs included', perSecond, '/s'),
    figure('worker processes lost', lostWorkers, ''),
  ];
}

/** What became of those that should have completed. */
function countByOutcome(runs: (RunResult | undefined)[]): Row[] {
  const counts = new Map<string, number>();
  for (const run of runs) {
    const what = run
      ? `${nameOf(run.outcome)} ${run.receipt?.reason.replace(/\d+/, 'N') ?? ''}`.trimEnd()
      : 'not run';
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => figure(`of these ${what}`, count, ''));
}

const nameOf = (outcome: Outcome) => Object.entries(Outcome).find(([, value]) => value === outcome)?.[0];

function isRight(run: RunResult | undefined, index: number): boolean {
  if (hangAt(index) !== undefined) return false;
  const kind = run?.outcome === Outcome.COMPLETED ? run.value?.kind : undefined;
  return kind?.case === 'numberValue' && kind.value === smallResult(index % SANDBOXES, index);
}

/** From outside: from the call to its answer, gRPC and queueing included. */
async function oneByOne({ quick, progress }: Context, { sandboxes }: BenchNode): Promise<Row[]> {
  const times = quick ? 4 : 20;
  const late = new Map<Hang, number[]>(HANGS.map((hang) => [hang, []]));
  let notEnded = 0;
  for (let i = 0; i < times * HANGS.length; i++) {
    progress(`one by one: ${i} of ${times * HANGS.length}`);
    const hang = HANGS[i % HANGS.length]!;
    const spec = { ...call(hang), timeoutMs: DEADLINE_MS };
    const started = performance.now();
    const { result } = await sandboxes.run({ id: `s${i % SANDBOXES}`, spec });
    late.get(hang)!.push(performance.now() - started - DEADLINE_MS);
    if (result?.outcome !== Outcome.TIMEOUT) notEnded++;
  }
  const all = [...late.values()].flat();
  return [
    none(`hangs of ${all.length} one by one that did not end as TIMEOUT`, notEnded),
    figure('how late, seen by the caller, p50', median(all), 'ms'),
    figure('how late, seen by the caller, p99', quantile(all, 0.99), 'ms', LATE_MS),
    ...HANGS.map((hang) =>
      figure(`how late, seen by the caller, max of ${hang}`, Math.max(...late.get(hang)!), 'ms'),
    ),
  ];
}
