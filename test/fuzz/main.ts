/** Fuzzes a node for as long as asked, and shows the smallest case that it did not stand. */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { somePrograms, someRequests, survivesPrograms, survivesRequests } from './properties.ts';
import { Target } from './target.ts';

const HELP = `Usage: npm run fuzz -- [--minutes N] [--seed S] [--only programs|requests] [--path P]

  --minutes N  how long (10)
  --seed S     of the first round (random); round number r has the seed S + r
  --only KIND  programs or requests (both, by turns)
  --path P     goes straight to one counterexample of the seed, as it was printed

Exit status 1 with the seed and the smallest counterexample if the node did not survive, if an answer was not
well-formed, if an innocent sandbox answered wrong, or if a process or descriptor was left over.`;

/** So many cases a round, each several programs or requests at once; then the node must be as at first. */
const CASES = 100;
const KINDS = ['programs', 'requests'] as const;

type Kind = (typeof KINDS)[number];

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    only: { type: 'string' },
    path: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** Each case gets a node that lives: the smallest counterexample is found by trying others after the first. */
class Targets {
  #target: Target | undefined;

  async get(): Promise<Target> {
    if (this.#target?.sound !== true) {
      await this.#target?.[Symbol.asyncDispose]().catch(() => undefined);
      this.#target = await Target.start();
    }
    return this.#target;
  }

  async close(): Promise<void> {
    await this.#target?.[Symbol.asyncDispose]();
    this.#target = undefined;
  }
}

function propertyOf(kind: Kind, targets: Targets) {
  return kind === 'programs'
    ? fc.asyncProperty(somePrograms, async (all) => survivesPrograms(await targets.get(), all))
    : fc.asyncProperty(someRequests, async (all) => survivesRequests(await targets.get(), all));
}

/** Whether a round was survived. */
async function round(kind: Kind, seed: number): Promise<boolean> {
  const targets = new Targets();
  const replay = flags.path === undefined ? {} : { path: flags.path };
  const options = { seed, numRuns: CASES, ...replay };
  const details = await fc.check<[unknown[]]>(propertyOf(kind, targets) as never, options);
  if (details.failed) {
    await targets.close().catch(() => undefined);
    const again = `npm run fuzz -- --only ${kind} --seed ${seed} --path ${details.counterexamplePath}`;
    console.error(`\n${fc.defaultReportMessage(details)}\n\nAgain: ${again}`);
    return false;
  }
  try {
    await (await targets.get()).settled();
    await targets.close();
    return true;
  } catch (thrown) {
    console.error(`\n${kind}, seed ${seed}, after the round: ${String(thrown)}`);
    return false;
  }
}

if (flags.help) console.log(HELP);
else {
  const kinds = KINDS.filter((kind) => flags.only === undefined || flags.only === kind);
  const first = Number(flags.seed ?? Math.floor(Math.random() * 2 ** 31));
  const until = performance.now() + Number(flags.minutes) * 60_000;
  let survived = true;
  for (let rounds = 0; survived && performance.now() < until; rounds++) {
    const kind = kinds[rounds % kinds.length] ?? 'programs';
    const startedAt = performance.now();
    survived = await round(kind, first + rounds);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.error(
      `seed ${first + rounds}, ${CASES} cases of ${kind}: ${survived ? 'ok' : 'FAILED'} (${seconds} s)`,
    );
    if (flags.path !== undefined) break;
  }
  process.exitCode = survived ? 0 : 1;
}
