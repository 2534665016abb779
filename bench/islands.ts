import { availableParallelism } from 'node:os';
import type { Benchmark, Row } from './support/benchmark.ts';
import { Helper } from './support/helper.ts';
import type { TrapsAnswer, TrapsQuestion } from './support/messages.ts';
import { type Share, SIGNIFICANT, standardErrorsAbove, wilson } from './support/proportions.ts';
import { figure, none } from './support/rows.ts';
import { BUDGET } from './traps/experiment.ts';
import type { Variant } from './traps/trap-archipelago.ts';

const ring = (interval: number): Variant => ({ islands: 8, size: 40, interval });
const PANMICTIC: Variant = { islands: 1, size: 320, interval: 0 };
const ISOLATED = ring(0);
const VARIANTS = {
  'one population of 320': PANMICTIC,
  'eight islands of 40, no migration': ISOLATED,
  'ring, every generation': ring(1),
  'ring, every 5 generations': ring(5),
  'ring, every 10 generations': ring(10),
  'ring, every 20 generations': ring(20),
  'ring, every 40 generations': ring(40),
} as const satisfies Record<string, Variant>;
type Name = keyof typeof VARIANTS;
const NAMES = Object.keys(VARIANTS) as Name[];
type Run = { name: Name; seed: number };

export const islands: Benchmark = {
  name: 'islands',
  title: `Does migration help? Runs that solve six concatenated 5-bit traps within ${BUDGET.toLocaleString('en-US')} evaluations`,
  async run({ quick, progress }): Promise<Row[]> {
    // `repeated` are made once more, to see that they come out the same.
    const [each, repeated] = quick ? [20, 1] : [200, 3];
    // The first of all variants come first, and no two variants share a seed.
    const runs = Array.from({ length: each * NAMES.length }, (_, seed): Run => {
      return { name: NAMES[seed % NAMES.length]!, seed };
    });
    const outcomes = await inHelpers(runs, (done) => progress(`${done} of ${runs.length} runs`));
    const again = await inHelpers(runs.slice(0, repeated * NAMES.length), () => progress('some again'));
    const solved = (name: Name): Share => ({
      count: outcomes.filter((outcome, n) => runs[n]!.name === name && outcome.solved).length,
      of: each,
    });
    const above = (first: Name, second: Name) =>
      figure(
        `${first}, above ${second}`,
        standardErrorsAbove(solved(first), solved(second)),
        'standard errors',
        {
          atLeast: SIGNIFICANT,
        },
      );
    const sum = (part: (outcome: TrapsAnswer, run: Run) => number) =>
      outcomes.reduce((total, outcome, n) => total + part(outcome, runs[n]!), 0);
    return [
      ...NAMES.map((name) => solvedRow(name, solved(name))),
      above('ring, every 10 generations', 'one population of 320'),
      above('ring, every 10 generations', 'eight islands of 40, no migration'),
      above('ring, every 10 generations', 'ring, every generation'),
      figure(
        'migrants sent',
        sum(({ sent }) => sent),
        '',
      ),
      figure(
        'migrants that were there already',
        sum(({ duplicate }) => duplicate),
        '',
      ),
      none(
        'migrants lost',
        sum(({ lost }) => Math.abs(lost)),
      ),
      none('migrations too many or too few', sum(unscheduled)),
      none(
        'errors in the background',
        sum(({ errors }) => errors.length),
      ),
      none(
        'runs that did not come out the same again',
        again.filter((outcome, n) => differs(outcome, outcomes[n]!)).length,
      ),
    ];
  },
};

function solvedRow(name: Name, share: Share): Row {
  const [low, high] = wilson(share).map((bound) => bound * 100) as [number, number];
  return { ...figure(name, (share.count / share.of) * 100, '% solved'), within: [low, high] };
}

function unscheduled({ generations, migrations }: TrapsAnswer, { name }: Run): number {
  const { interval, islands: count } = VARIANTS[name];
  const wanted = interval === 0 ? 0 : Math.floor(generations / interval) * count;
  return Math.abs(migrations - wanted);
}

function differs(a: TrapsAnswer, b: TrapsAnswer): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}

/** One process for each core; outcomes in the order of the runs. */
async function inHelpers(runs: readonly Run[], done: (count: number) => void): Promise<TrapsAnswer[]> {
  const outcomes: TrapsAnswer[] = [];
  let [next, finished] = [0, 0];
  const lane = async () => {
    await using helper = new Helper<TrapsQuestion, TrapsAnswer>(
      new URL('children/traps.ts', import.meta.url),
    );
    for (let n = next++; n < runs.length; n = next++) {
      const { name, seed } = runs[n]!;
      outcomes[n] = await helper.ask({ variant: VARIANTS[name], seed });
      done(++finished);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return outcomes;
}
