import { Outcome, type RunResult } from '@petri/contracts/v1';
import type { Benchmark, Context, Row } from './support/benchmark.ts';
import { type BenchNode, startNode } from './support/node.ts';
import { median, quantile } from './support/quantiles.ts';
import { figure, none, versus } from './support/rows.ts';
import { call, genome } from './support/small.ts';
import { KILLERS, workResult, workSource } from './support/work.ts';

const DEADLINE_MS = 50;
const ONE_KILLER_IN = 100;
const SANDBOXES = 100;
// Few enough that the results can be computed beforehand.
const ARGUMENTS = 8;

export const containment: Benchmark = {
  name: 'containment',
  title: 'Innocent runs of about 5 ms with 1% killers of 6 kinds among them (50 ms deadlines), against none',
  async run({ quick, progress }: Context): Promise<Row[]> {
    const [rounds, runs] = quick ? [2, 600] : [5, 3_000];
    await using node = await startNode();
    const requests = Array.from({ length: SANDBOXES }, (_, n) => ({
      id: `s${n}`,
      genome: genome(workSource(n)),
      limits: { memoryBytes: 64 * 1024 * 1024 },
    }));
    await node.sandboxes.batchCreate({ requests });
    const [alone, among]: [number[], number[]] = [[], []];
    let [wrong, lost, escaped, workersLost] = [0, 0, 0, 0];
    const took: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      for (const killers of [false, true]) {
        const figures = await oneBatch(node, runs, killers);
        wrong += figures.wrong;
        lost += figures.lost;
        escaped += figures.escaped;
        workersLost += figures.workersLost;
        if (round === 0) continue;
        (killers ? among : alone).push(figures.innocentsPerSecond);
        if (!killers) took.push(figures.wallMs);
      }
    }
    const baseline = { what: 'none among them', values: alone };
    return [
      versus('innocents, 1% killers among them', among, '/s', baseline, { atLeast: 0.75 }),
      figure('an innocent run, by its receipt, p50', median(took), 'ms'),
      figure('worker processes lost', workersLost, ''),
      none('wrong or failed innocents', wrong),
      none('lost results', lost),
      none('killers that were not ended', escaped),
    ];
  },
};

function killerAt(index: number): (typeof KILLERS)[number] | undefined {
  const block = Math.floor(index / ONE_KILLER_IN);
  return index % ONE_KILLER_IN === (block * 37) % ONE_KILLER_IN ? KILLERS[block % KILLERS.length] : undefined;
}

async function oneBatch({ sandboxes }: BenchNode, runs: number, killers: boolean) {
  const entries = Array.from({ length: runs }, (_, i) => {
    const killer = killers ? killerAt(i) : undefined;
    const spec = killer ? { ...call(killer), timeoutMs: DEADLINE_MS } : call('work', i % ARGUMENTS);
    return { id: `s${i % SANDBOXES}`, spec };
  });
  const seen = new Uint8Array(runs);
  const took: number[] = [];
  let [wrong, escaped, innocents, workersLost] = [0, 0, 0, 0];
  const started = performance.now();
  for await (const { items, summary } of sandboxes.batchRun({ entries })) {
    for (const { index, result } of items) {
      seen[index]!++;
      const run = result.case === 'run' ? result.value : undefined;
      if (killers && killerAt(index) !== undefined) {
        if (run === undefined || run.outcome === Outcome.COMPLETED) escaped++;
        continue;
      }
      innocents++;
      if (!isRight(run, index)) wrong++;
      took.push((run?.receipt?.wallUs ?? NaN) / 1000);
    }
    workersLost = summary?.workersLost ?? workersLost;
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    innocentsPerSecond: innocents / seconds,
    wallMs: quantile(took, 0.5),
    wrong,
    escaped,
    workersLost,
    lost: seen.filter((times) => times !== 1).length,
  };
}

function isRight(run: RunResult | undefined, index: number): boolean {
  const kind = run?.outcome === Outcome.COMPLETED ? run.value?.kind : undefined;
  return kind?.case === 'numberValue' && kind.value === workResult(index % ARGUMENTS);
}
