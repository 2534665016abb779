import { Outcome, WorkerState } from '@petri/contracts/v1';
import type { Benchmark, Context, Row } from './support/benchmark.ts';
import { type BenchNode, startNode } from './support/node.ts';
import { median, quantile } from './support/quantiles.ts';
import { figure, none } from './support/rows.ts';
import { call, genome, smallResult } from './support/small.ts';
import { workSource } from './support/work.ts';

// Answers no interrupt: it costs the worker at its deadline.
const KILLER = 'bigint';
const DEADLINE_MS = 20;
// Half of them are at work when a worker is killed; the others tell how long a next run takes.
const NEIGHBOURS = 16;
const BUSY = 8;

/** One kill after another, while other sandboxes on the same workers go on being run. */
export const kills: Benchmark = {
  name: 'kills',
  title: 'Workers killed one after another, while their other sandboxes go on being run',
  async run({ quick, progress }: Context): Promise<Row[]> {
    const times = quick ? 40 : 1_000;
    await using node = await startNode();
    const requests = Array.from({ length: NEIGHBOURS }, (_, n) => ({
      id: `n${n}`,
      genome: genome(workSource(n)),
    }));
    const waiting = requests.slice(BUSY);
    await node.sandboxes.batchCreate({ requests });
    const next: number[] = [];
    let [killed, wrong, runs] = [0, 0, 0];
    const neighbour = async (n: number) => {
      const started = performance.now();
      const argument = runs++;
      const { result } = await node.sandboxes.run({ id: `n${n}`, spec: call('f', argument) });
      const tookMs = performance.now() - started;
      const kind = result?.outcome === Outcome.COMPLETED ? result.value?.kind : undefined;
      if (kind?.case !== 'numberValue' || kind.value !== smallResult(n, argument)) wrong++;
      return { tookMs, pid: result?.receipt?.workerPid ?? 0 };
    };
    for (let kill = 0; kill < times; kill++) {
      if (kill % 10 === 0) progress(`${kill} of ${times}`);
      await spareIsThere(node);
      // Made anew, so that some are on each worker: sandboxes stay where they are as long as nobody is in their way.
      await node.sandboxes.batchDestroy({ ids: waiting.map(({ id }) => id) });
      await node.sandboxes.batchCreate({ requests: waiting });
      const residents = new Map<number, number>();
      for (let n = BUSY; n < NEIGHBOURS; n++) residents.set(n, (await neighbour(n)).pid);
      // A sandbox of its own each time: one that takes too many workers with it is stopped.
      const id = `k${kill}`;
      await node.sandboxes.createSandbox({ id, genome: genome(workSource(0)) });
      const spec = { ...call(KILLER), timeoutMs: DEADLINE_MS };
      const over = new AbortController();
      const busy = Array.from({ length: BUSY }, async (_, n) => {
        while (!over.signal.aborted) await neighbour(n);
      });
      const { result } = await node.sandboxes.run({ id, spec });
      if (result?.receipt?.workerLost === true) killed++;
      const [orphan] = [...residents].find(([, pid]) => pid === result?.receipt?.workerPid) ?? [];
      if (orphan !== undefined) next.push((await neighbour(orphan)).tookMs);
      over.abort();
      await Promise.all(busy);
      await node.sandboxes.destroySandbox({ id });
    }
    return [
      figure('workers killed', killed, '', { atLeast: times }),
      none(`runs lost or wrong other than the culprits', of ${runs}`, wrong),
      figure("a neighbour's next run after its worker was killed, p50", median(next), 'ms'),
      figure("a neighbour's next run after its worker was killed, p99", quantile(next, 0.99), 'ms', {
        atMost: 25,
      }),
      figure('neighbours seen', next.length, ''),
    ];
  },
};

/** A worker that waits to replace another: without one, the next kill costs the time in which a process starts. */
async function spareIsThere({ admin }: BenchNode): Promise<void> {
  for (;;) {
    const { workers } = await admin.getNodeStatus({});
    if (workers.some(({ state }) => state === WorkerState.SPARE)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
