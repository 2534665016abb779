import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  FitnessEntry as FitnessEntryMessage,
  FitnessError,
  FitnessSchema,
  RankedFitnessSchema,
} from '@petri/contracts/v1';
import type { Fitness, FitnessEntry, RankedFitness } from '@petri/population';
import { defined } from '../defined.ts';
import { readSha256 } from './hashes.ts';
import { uint32, uint64 } from './numbers.ts';
import type { Problems } from './problems.ts';
import { readTimestamp, timestamp } from './time.ts';

/** What is kept of a message for people; of a reason for programs. */
const MAX_MESSAGE = 4096;
const REASON = /^[A-Z][A-Z0-9_]{0,62}$/;

export function fitnessMessage(fitness: Fitness): MessageInitShape<typeof FitnessSchema> {
  const { id, components, generation, evaluatedAtMs, evaluationUs, evaluatorSha256, sequence } = fitness;
  return {
    id,
    result:
      fitness.error === undefined
        ? { case: 'score', value: fitness.score }
        : { case: 'error', value: fitness.error },
    components,
    generation: uint32(generation),
    evaluatedAt: timestamp(evaluatedAtMs),
    evaluationUs: uint64(evaluationUs),
    tests: [...fitness.tests],
    evaluatorSha256,
    sequence: uint64(sequence),
    adjustments: fitness.adjustments.map(({ delta, reason, atMs }) => ({
      delta,
      reason,
      at: timestamp(atMs),
    })),
  };
}

export function rankedMessage({
  rank,
  fitness,
}: RankedFitness): MessageInitShape<typeof RankedFitnessSchema> {
  return { rank: uint32(rank), fitness: fitnessMessage(fitness) };
}

export function readFitnessEntry(problems: Problems, message: FitnessEntryMessage): FitnessEntry {
  const { id, components, generation, evaluatedAt, evaluationUs, tests, evaluatorSha256 } = message;
  return {
    id: problems.id('id', id),
    result: readResult(problems, message.result),
    components,
    evaluationUs: Number(evaluationUs),
    tests: tests.map(({ name, passed, score }) => ({ name, passed, score })),
    evaluatorSha256: readSha256(problems, 'evaluator_sha256', evaluatorSha256),
    ...defined({
      generation,
      evaluatedAtMs: evaluatedAt && readTimestamp(problems, 'evaluated_at', evaluatedAt),
    }),
  };
}

export function readResult(
  problems: Problems,
  result: FitnessEntryMessage['result'],
): FitnessEntry['result'] {
  if (result.case === 'score') return { score: result.value };
  if (result.case === 'error') return { error: readError(problems, result.value) };
  problems.add('result', 'one of score and error is required');
  return { score: 0 };
}

function readError(problems: Problems, { reason, message }: FitnessError) {
  if (!REASON.test(reason))
    problems.add('error.reason', 'must be UPPER_SNAKE_CASE, of at most 63 characters');
  return { reason, message: message.slice(0, MAX_MESSAGE) };
}
