import type { Candidate, Evaluation, Evaluator, Outcome } from '../evolution/evaluator.ts';
import { Rng } from '../evolution/rng.ts';
import { randomTree } from '../gp/grow.ts';
import { interpret } from '../gp/interpret.ts';
import type { Grammar } from '../gp/primitives.ts';
import { printModule } from '../gp/print.ts';
import type { Tree } from '../gp/tree.ts';
import { scoreLocally } from '../fitness/local.ts';
import { HOSTILES } from './hostiles.ts';
import type { Hostile } from './hostiles.ts';

export interface ContainmentOptions {
  readonly evaluator: Evaluator;
  readonly seed: string;
  readonly signal: AbortSignal;
  /** Well-behaved individuals that share the batch with the hostile ones. */
  readonly innocents?: number;
}

export interface HostileReport {
  readonly hostile: Hostile;
  readonly evaluation: Evaluation | undefined;
  readonly contained: boolean;
}

export interface ContainmentReport {
  readonly hostiles: readonly HostileReport[];
  readonly innocents: number;
  /** Innocents whose score was exactly the one computed without a node. */
  readonly right: number;
  /** What went wrong with the others. */
  readonly wrong: readonly string[];
  /** Candidates that got no answer at all, or more than one. */
  readonly lost: readonly string[];
  /** Of every answer. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** A second batch of the same innocents, after the attack, scored as the first. */
  readonly servesAfterwards: boolean;
  readonly passed: boolean;
}

const POINTS = [-3, -1.5, 0, 0.5, 1, 2, 4, 7];
/** Only what IEEE 754 rounds the same everywhere, so that scores can be compared bit for bit. */
const GRAMMAR: Grammar = {
  variables: ['x'],
  unary: ['neg', 'square'],
  binary: ['add', 'sub', 'mul'],
  constantRange: 5,
};
const DATA = {
  rows: POINTS.map((x) => [x]),
  targets: POINTS.map((x) => x * x + 2 * x - 1),
  error: 'absolute',
  scaling: 'none',
} as const;

/** Injects hostile programs among innocent ones, and holds every answer against what it should be. */
export async function attack({
  evaluator,
  seed,
  signal,
  innocents = 200,
}: ContainmentOptions): Promise<ContainmentReport> {
  const expected = await expectations(seed, innocents);
  const batch = Rng.of(seed, 'containment').shuffled<Candidate>([
    ...[...expected.values()].map(({ candidate }) => candidate),
    ...HOSTILES.map(({ name, source }) => ({ id: name, source })),
  ]);
  const { answers, lost } = await ask(batch, evaluator, signal);
  const hostiles = HOSTILES.map((hostile): HostileReport => {
    const evaluation = answers.get(hostile.name);
    return { hostile, evaluation, contained: evaluation !== undefined && isContained(hostile, evaluation) };
  });
  const wrong = [...expected.values()].flatMap((innocent) =>
    complaint(innocent, answers.get(innocent.candidate.id)),
  );
  const after = await ask(
    [...expected.values()].map(({ candidate }) => candidate),
    evaluator,
    signal,
  );
  const servesAfterwards = [...expected.values()].every(
    (innocent) => complaint(innocent, after.answers.get(innocent.candidate.id)).length === 0,
  );
  const passed = hostiles.every(({ contained }) => contained) && wrong.length === 0 && lost.length === 0;
  return {
    hostiles,
    innocents: expected.size,
    right: expected.size - wrong.length,
    wrong,
    lost,
    outcomes: outcomesOf([...answers.values(), ...after.answers.values()]),
    servesAfterwards,
    passed: passed && servesAfterwards,
  };
}

interface Innocent {
  readonly candidate: Candidate;
  readonly score: number;
}

/** Innocent programs, each with the score it must get, computed here from its tree. */
async function expectations(seed: string, count: number): Promise<Map<string, Innocent>> {
  const expected = new Map<string, Innocent>();
  for (let index = 0; index < count; index++) {
    const tree: Tree = randomTree(GRAMMAR, 'grow', 4, Rng.of(seed, 'innocent', index));
    const id = `innocent-${index}`;
    const predict = (rows: readonly (readonly number[])[]) => rows.map((row) => interpret(tree, row));
    const { score } = await scoreLocally(predict, DATA);
    expected.set(id, { candidate: { id, source: printModule(tree, GRAMMAR.variables) }, score });
  }
  return expected;
}

function outcomesOf(evaluations: readonly Evaluation[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of evaluations) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** A completed run is contained too, if it bought no score. */
function isContained({ contained }: Hostile, { outcome, score = 0 }: Evaluation): boolean {
  return contained.includes(outcome) && score === 0;
}

function complaint({ candidate, score }: Innocent, evaluation: Evaluation | undefined): string[] {
  if (evaluation === undefined) return [`${candidate.id}: no answer`];
  if (evaluation.outcome !== 'COMPLETED')
    return [`${candidate.id}: ${evaluation.outcome} ${evaluation.reason ?? ''}`];
  return evaluation.score === score ? [] : [`${candidate.id}: scored ${evaluation.score}, not ${score}`];
}

async function ask(
  batch: readonly Candidate[],
  evaluator: Evaluator,
  signal: AbortSignal,
): Promise<{ answers: ReadonlyMap<string, Evaluation>; lost: readonly string[] }> {
  const answers = new Map<string, Evaluation>();
  const lost: string[] = [];
  for await (const evaluation of evaluator.evaluate(batch, DATA, signal)) {
    if (answers.has(evaluation.id)) lost.push(`${evaluation.id}: answered twice`);
    answers.set(evaluation.id, evaluation);
  }
  for (const { id } of batch) if (!answers.has(id)) lost.push(`${id}: no answer`);
  return { answers, lost };
}
