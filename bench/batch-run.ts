import type { Benchmark, Row } from './support/benchmark.ts';
import { Helper } from './support/helper.ts';
import type { ApplyAnswer, ApplyQuestion } from './support/messages.ts';
import { startNode } from './support/node.ts';
import { median } from './support/quantiles.ts';
import { batchRun as runBatch, createResidents, smallRuns } from './support/resident.ts';
import { figure, none, versus } from './support/rows.ts';

const IN_FLIGHT = [200, 500, 1000];
const TARGET = { atLeast: 2 };

export const batchRun: Benchmark = {
  name: 'batch-run',
  title:
    'BatchRun over gRPC, a small function in 200 resident sandboxes, against in-process isolated-vm apply',
  async run({ quick, progress }): Promise<Row[]> {
    // Of two processes that do the same, one is faster by a tenth for as long as it lives: there are several of each.
    const [starts, rounds, runs, calls] = quick ? [1, 3, 20_000, 6_000] : [4, 3, 50_000, 15_000];
    const entries = smallRuns(runs);
    const applied = IN_FLIGHT.map((): number[] => []);
    const plain: number[] = [];
    const withReceipts: number[] = [];
    let [wrong, lost, again, wrongApplied] = [0, 0, 0, 0];

    for (let start = 1; start <= starts; start++) {
      await using node = await startNode();
      await using apply = new Helper<ApplyQuestion, ApplyAnswer>(
        new URL('children/apply.ts', import.meta.url),
      );
      await createResidents(node);
      // Round 0 warms both sides up and is not counted.
      for (let round = 0; round <= rounds; round++) {
        progress(`node ${start} of ${starts}, ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`);
        const petri = async (omitReceipts: boolean, into: number[]) => {
          const figures = await runBatch(node, entries, omitReceipts);
          wrong += figures.wrong;
          lost += figures.lost;
          again += figures.again;
          if (round > 0) into.push(figures.perSecond);
        };
        for (const [at, inFlight] of IN_FLIGHT.entries()) {
          const answer = await apply.ask({ calls, inFlight });
          wrongApplied += answer.wrong;
          if (round > 0) applied[at]!.push(answer.perSecond);
        }
        // What comes second finds a node that is warmer: they take turns.
        if ((start + round) % 2 === 0) await petri(true, plain);
        await petri(false, withReceipts);
        if ((start + round) % 2 === 1) await petri(true, plain);
      }
    }

    const medians = applied.map(median);
    const best = medians.indexOf(Math.max(...medians));
    const baseline = { what: `apply, ${IN_FLIGHT[best]!} in flight`, values: applied[best]! };
    return [
      versus('BatchRun, omit_receipts', plain, '/s', baseline, TARGET),
      versus('BatchRun, with receipts', withReceipts, '/s', baseline, TARGET),
      ...IN_FLIGHT.map((inFlight, at) =>
        figure(`isolated-vm apply, ${inFlight} in flight`, medians[at]!, '/s'),
      ),
      // More than a few mean that healthy workers were taken for held ones.
      figure('runs that went to more than one worker', again, ''),
      none('wrong results', wrong + wrongApplied),
      none('lost results', lost),
    ];
  },
};
