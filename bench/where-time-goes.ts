import type { Benchmark, Row } from './support/benchmark.ts';
import { cpuDuring } from './support/cpu.ts';
import { Helper } from './support/helper.ts';
import { messagesAlone } from './support/messages-alone.ts';
import type { ApplyAnswer, ApplyQuestion, RuntimeAnswer, RuntimeQuestion } from './support/messages.ts';
import { activeWorkers, type BenchNode, startNode } from './support/node.ts';
import { median } from './support/quantiles.ts';
import { batchRun, createResidents, smallRuns } from './support/resident.ts';
import { figure, none, versus } from './support/rows.ts';

const APPLY = 'applySync in one process';
const RUNTIME = 'runtime in process';
const PLAIN = 'BatchRun, omit_receipts';
const WITH_RECEIPTS = 'BatchRun, with receipts';

/** Figures by name, one for each round. */
type Series = Map<string, number[]>;

export const whereTimeGoes: Benchmark = {
  name: 'where-time-goes',
  title: 'The same small runs, layer by layer: rates, and CPU time per run of each process',
  async run({ quick, progress }): Promise<Row[]> {
    const [rounds, runs] = quick ? [3, 20_000] : [7, 60_000];
    await using node = await startNode();
    await using apply = new Helper<ApplyQuestion, ApplyAnswer>(new URL('children/apply.ts', import.meta.url));
    await using runtime = new Helper<RuntimeQuestion, RuntimeAnswer>(
      new URL('children/runtime.ts', import.meta.url),
    );
    await createResidents(node);
    const [rates, cpu]: [Series, Series] = [new Map(), new Map()];
    let [wrong, lost] = [0, 0];

    // Round 0 warms up and is not counted.
    for (let round = 0; round <= rounds; round++) {
      progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      const note = (series: Series, what: string, value: number) => {
        if (round > 0) series.set(what, [...(series.get(what) ?? []), value]);
      };
      const alone = await apply.ask({ calls: runs, inFlight: 0 });
      note(rates, APPLY, alone.perSecond);
      note(cpu, 'applySync: the process', alone.cpuUsPerCall);

      const inProcess = await runtime.ask({ runs });
      note(rates, RUNTIME, inProcess.perSecond);
      note(cpu, 'runtime: its process', inProcess.cpuUsPerRun);
      for (const [at, us] of inProcess.workersCpuUsPerRun.entries())
        note(cpu, `runtime: worker ${at + 1}`, us);

      for (const omit of round % 2 === 0 ? [true, false] : [false, true]) {
        const kind = omit ? 'omit_receipts' : 'with receipts';
        const { figures, cpuUsPerRun } = await overGrpc(node, runs, omit);
        note(rates, omit ? PLAIN : WITH_RECEIPTS, figures.perSecond);
        for (const [what, us] of cpuUsPerRun) note(cpu, `BatchRun, ${kind}: ${what}`, us);
        wrong += figures.wrong;
        lost += figures.lost;
      }
      wrong += alone.wrong + inProcess.wrong;
    }
    const messages = messagesAlone(runs);
    return [
      ...rateRows(rates),
      ...[...cpu].toSorted(byName).map(([what, values]) => figure(`CPU, ${what}`, median(values), 'µs/run')),
      figure('CPU, messages of BatchRun alone: at the client', messages.client, 'µs/run'),
      figure('CPU, messages of BatchRun alone: at the node', messages.node, 'µs/run'),
      none('wrong results', wrong),
      none('lost results', lost),
    ];
  },
};

async function overGrpc(node: BenchNode, runs: number, omitReceipts: boolean) {
  const workers = await activeWorkers(node);
  const named: [string, number][] = [
    ['client', process.pid],
    ['node', node.pid],
    ...workers.map((pid, at): [string, number] => [`worker ${at + 1}`, pid]),
  ];
  const entries = smallRuns(runs);
  const { result: figures, cpuUs } = await cpuDuring(
    named.map(([, pid]) => pid),
    () => batchRun(node, entries, omitReceipts),
  );
  return { figures, cpuUsPerRun: named.map(([what], at): [string, number] => [what, cpuUs[at]! / runs]) };
}

/** With rounds that take turns, the order of arrival says nothing. */
const byName = ([a]: [string, number[]], [b]: [string, number[]]): number => a.localeCompare(b);

/** Each layer against the one below it. */
function rateRows(rates: Series): Row[] {
  const series = (layer: string) => rates.get(layer) ?? [];
  const above = (layer: string, below: string) =>
    versus(layer, series(layer), '/s', { what: below, values: series(below) });
  return [
    figure(APPLY, median(series(APPLY)), '/s'),
    above(RUNTIME, APPLY),
    above(PLAIN, RUNTIME),
    above(WITH_RECEIPTS, RUNTIME),
  ];
}
