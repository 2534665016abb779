import { toValue } from '@petri/contracts';
import { IsolationLevel } from '@petri/contracts/v1';
import type { Benchmark, Row } from './support/benchmark.ts';
import { cpuDuring } from './support/cpu.ts';
import { type Candidate, CASES, expectedOf, inFreshProcesses, newCandidate } from './support/candidates.ts';
import { activeWorkers, type BenchNode, startNode } from './support/node.ts';
import { median } from './support/quantiles.ts';
import { figure, none, versus } from './support/rows.ts';
import { genome } from './support/small.ts';

const SPEC = {
  evaluator: {
    case: 'suite' as const,
    value: {
      cases: CASES.map((x) => ({
        call: { function: 'f', arguments: [toValue(x, 'argument')] },
        expected: toValue(expectedOf(x), 'expected'),
      })),
    },
  },
};

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

async function evaluateAll({ sandboxes }: BenchNode, isolation: IsolationLevel, candidates: Candidate[]) {
  const seen = new Uint8Array(candidates.length);
  let wrong = 0;
  const started = performance.now();
  const request = {
    candidates: candidates.map(({ source }, i) => ({ id: `c${i}`, genome: genome(source) })),
    spec: SPEC,
    isolation,
  };
  for await (const { items } of sandboxes.evaluateSources(request))
    for (const { index, result } of items) {
      seen[index]!++;
      const score = result.case === 'evaluation' ? result.value.score : undefined;
      const expected = candidates[index]!.right / CASES.length;
      if (score === undefined || Math.abs(score - expected) > 1e-12) wrong++;
    }
  const perSecond = (candidates.length / (performance.now() - started)) * 1000;
  return { perSecond, wrong, lost: seen.filter((times) => times !== 1).length };
}
