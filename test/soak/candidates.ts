import { isContained, type Killer, KILLER_LIMITS } from './killers.ts';
import type { Bench, Part } from './part.ts';

const CANDIDATES = 25;
const CASES = 4;

/** Populations that are evaluated once and forgotten: candidate `n` gets `n % 5` of 4 cases right. */
export function candidates({ sandboxes, tally, killers }: Bench): Part {
  let rounds = 0;
  const cases = Array.from({ length: CASES }, (_, x) => ({ function: 'f', arguments: [x], expected: x * x }));
  // Nobody may miss a deadline because the machine is crowded.
  const patient = { suite: { cases, caseTimeoutMs: 30_000 } };
  const rightIn = (n: number) => n % (CASES + 1);

  const evaluate = async (isolation: 'REALM' | 'ISOLATE') => {
    const genomes = Array.from({ length: CANDIDATES }, (_, n) => ({
      id: String(n),
      genome: `export const f = (x) => (x < ${rightIn(n)} ? x * x : -1);`,
    }));
    const unanswered = new Set(genomes.map(({ id }) => id));
    for await (const { id, evaluation, error } of sandboxes.evaluateSources(genomes, patient, {
      isolation,
    })) {
      unanswered.delete(id);
      const told = () => `candidate ${id}, ${isolation}: ${JSON.stringify(evaluation ?? String(error))}`;
      tally.answered(evaluation?.score === rightIn(Number(id)) / CASES, told);
    }
    tally.lose(unanswered.size, `of the candidates: ${[...unanswered].join(', ')}`);
  };

  const attack = async ({ name, genome, timeoutMs }: Killer, isolation: 'REALM' | 'ISOLATE') => {
    const spec = { suite: { cases, caseTimeoutMs: timeoutMs } };
    const options = { isolation, limits: KILLER_LIMITS };
    let answers = 0;
    for await (const { evaluation, error } of sandboxes.evaluateSources([{ genome }], spec, options)) {
      answers++;
      // Each case has a deadline of its own: a candidate that misses all of them completes with nothing.
      const worthless = evaluation?.outcome === 'COMPLETED' && evaluation.score === 0;
      const outcome = worthless
        ? (evaluation.cases[0]?.outcome ?? 'ERROR')
        : (evaluation?.outcome ?? 'ERROR');
      const told = () => `${name}, ${isolation}: ${JSON.stringify(evaluation ?? String(error))}`;
      tally.killed(outcome, isContained(outcome), told);
    }
    tally.lose(1 - answers, `the hostile candidate's: ${name}`);
  };

  return {
    name: 'candidates',
    async round() {
      const isolation = rounds++ % 2 === 0 ? 'REALM' : 'ISOLATE';
      const attacks = killers.among(CANDIDATES).map((killer) => attack(killer, isolation));
      await Promise.all([evaluate(isolation), ...attacks]);
    },
  };
}
