import { Evaluator } from './problem.ts';
import { type Account, TrapArchipelago, type Variant } from './trap-archipelago.ts';

/** Evaluations of all islands together, those of immigrants included. */
export const BUDGET = 50_000;

export type Outcome = Account & {
  solved: boolean;
  evaluations: number;
  generations: number;
  /** What went wrong in the background. */
  errors: string[];
};

/** The same for the same seed. */
export async function runTraps(variant: Variant, seed: number): Promise<Outcome> {
  const evaluator = new Evaluator();
  const errors: string[] = [];
  await using archipelago = await TrapArchipelago.found(variant, seed, {
    evaluator,
    onError: (thrown) => void errors.push(String(thrown)),
  });
  let generations = 0;
  while (evaluator.solvedAt === undefined && evaluator.evaluations < BUDGET) {
    await archipelago.advance();
    generations++;
  }
  const { evaluations, solvedAt = Infinity } = evaluator;
  const account = await archipelago.account();
  return { ...account, solved: solvedAt <= BUDGET, evaluations, generations, errors };
}
