import type { CallContext } from '@petri/contracts';
import type { FitnessRecording } from '@petri/contracts/v1';
import { PetriError } from '@petri/core';
import { type Books, type FitnessEntry, MAX_TESTS } from '@petri/population';
import type { Evaluation } from '@petri/sandbox';
import { itemError } from './item-error.ts';
import type { Problems } from './mapping/problems.ts';
import type { Parts } from './parts.ts';

/** What an error message of a guest's may take up in the records. */
const MAX_MESSAGE = 1024;

/** Records what an evaluation came to. The status of why it could not, or undefined. */
export type Record = (
  id: string,
  evaluation: Evaluation,
) => Promise<ReturnType<typeof itemError>['value'] | undefined>;

export function readRecording(problems: Problems, recording: FitnessRecording | undefined): void {
  if (recording) problems.id('record.population', recording.population);
}

/**
 * Where evaluations of these record what they come to.
 *
 * @throws PetriError before anything is evaluated, if the population is not there, not at the generation that is
 *   expected, or has other members.
 */
export function recorder(
  parts: Pick<Parts, 'registryOf' | 'onInternalError'>,
  recording: FitnessRecording | undefined,
  ids: readonly string[],
  context: CallContext,
): Record {
  if (!recording) return () => Promise.resolve(undefined);
  const { populations, fitness } = parts.registryOf(context);
  const { population, generation } = recording;
  // What is evaluated while the next generation comes says nothing about that one.
  const { generation: evaluatedIn } = populations.require(population, generation);
  fitness.get(population, ids);
  return async (id, evaluation) => {
    // Whoever cancelled it, it says nothing about the individual.
    if (evaluation.outcome === 'CANCELLED') return undefined;
    try {
      await record({ fitness }, population, { ...entryOf(id, evaluation), generation: evaluatedIn });
      return undefined;
    } catch (thrown) {
      return itemError(parts, thrown, context.method).value;
    }
  };
}

/** A score that nobody could record, such as one with too many components, is a failure of its own. */
async function record(
  { fitness }: Pick<Books, 'fitness'>,
  population: string,
  entry: FitnessEntry & { generation: number },
): Promise<void> {
  try {
    await fitness.record(population, [entry]);
  } catch (thrown) {
    const { code, message } = PetriError.from(thrown);
    if (code !== 'invalid_argument') throw thrown;
    const error = { reason: 'INVALID_RESULT', message: message.slice(0, MAX_MESSAGE) };
    const { id, generation } = entry;
    await fitness.record(population, [{ id, generation, result: { error } }]);
  }
}

function entryOf(id: string, evaluation: Evaluation): FitnessEntry {
  const { outcome, score, error, components, cases, receipt, evaluatorSha256 } = evaluation;
  const message = (error ? `${error.name}: ${error.message}` : receipt.reason).slice(0, MAX_MESSAGE);
  return {
    id,
    result: score === undefined ? { error: { reason: outcome, message } } : { score },
    components,
    evaluationUs: Math.round(receipt.wallUs),
    tests: cases.slice(0, MAX_TESTS).map(({ name, passed, score: part }) => ({ name, passed, score: part })),
    evaluatorSha256,
  };
}
