import { IsolationLevel } from '@petri/contracts/v1';
import type { Benchmark, Row } from './support/benchmark.ts';
import { cpuDuring } from './support/cpu.ts';
import { inFreshProcesses, newCandidate } from './support/candidates.ts';
import { activeWorkers, startNode } from './support/node.ts';
import { evaluateAll } from './support/one-shot.ts';
import { median } from './support/quantiles.ts';
import { figure, none, versus } from './support/rows.ts';

export const evaluateSources: Benchmark = {
  name: 'evaluate-sources',
  title: 'EvaluateSources, a fresh candidate each with 3 cases, against a fresh Node process per candidate',
  async run({ quick, progress }): Promise<Row[]> {
    const [rounds, isolates, realms, processes] = quick ? [3, 800, 2_000, 20] : [7, 2_000, 6_000, 60];
    await using node = await startNode();
    const perSecond = { isolate: [] as number[], realm: [] as number[], process: [] as number[] };
    const cpu = { isolate: [] as number[], realm: [] as number[] };
    let [wrong, lost] = [0, 0];

    // Round 0 warms both sides up and is not counted.
    for (let round = 0; round <= rounds; round++) {
      progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      const petri = async (isolation: IsolationLevel, count: number, as: 'isolate' | 'realm') => {
        const candidates = Array.from({ length: count }, newCandidate);
        const pids = [node.pid, ...(await activeWorkers(node))];
        const evaluated = await cpuDuring(pids, () => evaluateAll(node, isolation, candidates));
        const figures = evaluated.result;
        wrong += figures.wrong;
        lost += figures.lost;
        if (round === 0) return;
        perSecond[as].push(figures.perSecond);
        cpu[as].push(evaluated.cpuUs.reduce((sum, us) => sum + us, 0) / count);
      };
      const alone = await inFreshProcesses(Array.from({ length: processes }, newCandidate));
      wrong += alone.wrong;
      if (round > 0) perSecond.process.push(alone.perSecond);
      await petri(IsolationLevel.ISOLATE, isolates, 'isolate');
      await petri(IsolationLevel.REALM, realms, 'realm');
    }

    const baseline = { what: 'fresh processes', values: perSecond.process };
    return [
      versus('EvaluateSources, ISOLATE', perSecond.isolate, '/s', baseline, { atLeast: 30 }),
      versus('EvaluateSources, REALM', perSecond.realm, '/s', baseline, { atLeast: 100 }),
      // Unlike rates, these hardly depend on what else the machine has to do.
      figure('CPU of node and workers, ISOLATE', median(cpu.isolate), 'µs/candidate'),
      figure('CPU of node and workers, REALM', median(cpu.realm), 'µs/candidate'),
      none('wrong scores', wrong),
      none('lost candidates', lost),
    ];
  },
};
