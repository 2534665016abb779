import type { Benchmark, Row } from './support/benchmark.ts';
import { cpuDuring } from './support/cpu.ts';
import { Helper } from './support/helper.ts';
import type { CollectorAnswer, CollectorQuestion } from './support/messages.ts';
import { type BenchNode, startNode } from './support/node.ts';
import { batchRun as runBatch, createResidents, smallRuns } from './support/resident.ts';
import { figure, none, versus } from './support/rows.ts';

/** Less than 5% of the throughput without. */
const TARGET = { atLeast: 0.95 };

/** How telemetry is set up; none for a node that never loaded it. */
const ways = (address: string) => ({
  off: undefined,
  'traces and metrics by OTLP': {
    OTEL_EXPORTER_OTLP_ENDPOINT: address,
    // Twenty times as often as by default, so that every round has some.
    OTEL_METRIC_EXPORT_INTERVAL: '3000',
    OTEL_METRIC_EXPORT_TIMEOUT: '2000',
  },
  'loaded, exporting nothing': {},
});

type Way = keyof ReturnType<typeof ways>;

/** `cpu` is what the node's own process spent on a run, in microseconds: it is steadier than throughput. */
type Side = { way: Way; perSecond: number[]; cpu: number[] };

export const telemetry: Benchmark = {
  name: 'telemetry',
  title: 'BatchRun with telemetry on, against the same without; and with a watcher of every run',
  async run({ quick, progress }): Promise<Row[]> {
    // Of two processes that do the same, one is faster by a tenth for as long as it lives: there are several of each.
    const [starts, rounds, runs] = quick ? [1, 3, 20_000] : [5, 3, 50_000];
    await using collector = new Helper<CollectorQuestion, CollectorAnswer>(
      new URL('children/collector.ts', import.meta.url),
    );
    const { address } = await collector.ask({});
    const sides = Object.keys(ways(address)).map((way): Side => ({
      way: way as Way,
      perSecond: [],
      cpu: [],
    }));
    const [off] = sides as [Side];
    const entries = smallRuns(runs);
    const watched: number[] = [];
    let [wrong, lost, seen, missed] = [0, 0, 0, 0];
    const measure = async (node: BenchNode): Promise<number> => {
      const figures = await runBatch(node, entries, true);
      wrong += figures.wrong;
      lost += figures.lost;
      return figures.perSecond;
    };
    const watching = async (node: BenchNode): Promise<number> => {
      const stop = new AbortController();
      const reading = (async () => {
        for await (const page of node.events.watchEvents({}, { signal: stop.signal })) {
          seen += page.events.length;
          missed += Number(page.missed);
        }
      })().catch(() => undefined);
      const perSecond = await measure(node);
      stop.abort();
      await reading;
      return perSecond;
    };

    for (let start = 1; start <= starts; start++) {
      await using stack = new AsyncDisposableStack();
      const nodes: BenchNode[] = [];
      for (const telemetry of Object.values(ways(address))) {
        const node = stack.use(await startNode(telemetry ? { telemetry } : {}));
        await createResidents(node);
        nodes.push(node);
      }
      // Round 0 warms all of them up and is not counted. They take turns at being first.
      for (let round = 0; round <= rounds; round++) {
        progress(
          `nodes ${start} of ${starts}, ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`,
        );
        for (let turn = 0; turn < sides.length; turn++) {
          const at = (start + round + turn) % sides.length;
          const [side, node] = [sides[at]!, nodes[at]!];
          const { result, cpuUs } = await cpuDuring([node.pid], () => measure(node));
          if (round === 0) continue;
          side.perSecond.push(result);
          side.cpu.push(cpuUs[0]! / runs);
        }
      }
      // Afterwards, or it would be warmer than the others.
      for (let round = 0; round <= rounds; round++) {
        const perSecond = await watching(nodes[0]!);
        if (round > 0) watched.push(perSecond);
      }
    }
    const { requests } = await collector.ask({});
    const baseline = { what: 'telemetry off', values: off.perSecond };
    const cpuOff = { what: 'telemetry off', values: off.cpu };
    return [
      ...sides
        .filter((side) => side !== off)
        .flatMap(({ way, perSecond, cpu }) => [
          versus(`telemetry: ${way}`, perSecond, '/s', baseline, TARGET),
          versus(`telemetry: ${way}, CPU of the node for a run`, cpu, 'µs', cpuOff),
        ]),
      versus('telemetry off, every run watched', watched, '/s', baseline),
      figure('events that the watcher got', seen, ''),
      figure('events that it was told it missed', missed, ''),
      figure('requests to the collector', requests, ''),
      none('wrong results', wrong),
      none('lost results', lost),
    ];
  },
};
