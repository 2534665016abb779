import { fromRpcStatus } from '@petri/contracts';
import type {
  BatchRunItem as WireBatchRunItem,
  BatchSummary as WireBatchSummary,
  EvaluationItem as WireEvaluationItem,
  ReloadItem as WireReloadItem,
  SandboxItem as WireSandboxItem,
} from '@petri/contracts/v1';
import { PetriError } from '@petri/core';
import { type Outcome, outcomeName, reloadResultName, type ReloadResult } from './enums.ts';
import { evaluation, type Evaluation } from './evaluation.ts';
import { type Ran, ran, type Receipt } from './run.ts';
import { present } from './present.ts';
import { sandbox, type Sandbox } from './sandbox.ts';

/** One item of a batch: what it came to, or why it could not be done at all. `index` is its place in the request. */
type Item<K extends string, T> = { index: number; id: string } & (
  ({ [P in K]: T } & { error?: undefined }) | ({ [P in K]?: undefined } & { error: PetriError })
);

/** The receipt is absent if the batch was told to omit it. */
export type RunItem = Item<'run', Ran<Receipt | undefined>>;
export type EvaluationItem = Item<'evaluation', Evaluation> & {
  /** Why it could not be recorded, though it was asked to be. */
  recordError?: PetriError;
};
/** `sandbox` is absent for one that was missing and was allowed to be. */
export type SandboxItem = Item<'sandbox', Sandbox | undefined>;
export type ReloadItem = Item<'reload', Reload>;

export type Reload = { result: ReloadResult; sandbox: Sandbox };

export type BatchSummary = {
  total: number;
  /** Items that were run, by outcome. */
  outcomes: Partial<Record<Outcome, number>>;
  /** Items that could not be. */
  errors: number;
  /** Worker processes lost to items of this batch. */
  workersLost: number;
  wallUs: number;
  cpuUs: number;
};

type Message<T> = { items: T[]; summary?: WireBatchSummary | undefined };

/**
 * The results of a batch, in the order in which they finish. Reading begins the call, and leaving the loop early ends
 * it, on the node too. It can be read once.
 */
export class Batch<T> implements AsyncIterable<T> {
  readonly #results: AsyncGenerator<T, void, void>;
  #summary: BatchSummary | undefined;

  /** For the client. */
  constructor(begin: () => AsyncIterable<Message<T>>) {
    this.#results = this.#read(begin);
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    return this.#results;
  }

  /**
   * What became of the batch as a whole. Results not read yet are read and dropped.
   *
   * @throws PetriError what the call failed with, or `cancelled` if the loop was left early.
   */
  async summary(): Promise<BatchSummary> {
    for await (const _ of this.#results);
    if (this.#summary) return this.#summary;
    throw new PetriError('cancelled', 'the batch was left before its end');
  }

  async *#read(begin: () => AsyncIterable<Message<T>>): AsyncGenerator<T, void, void> {
    for await (const { items, summary } of begin()) {
      if (summary) this.#summary = batchSummary(summary);
      yield* items;
    }
  }
}

/** A stream of messages, their items read. */
export async function* itemsRead<M, T>(
  stream: AsyncIterable<Message<M>>,
  read: (item: M) => T,
): AsyncGenerator<Message<T>, void, void> {
  for await (const { items, summary } of stream) yield { items: items.map(read), summary };
}

function batchSummary(message: WireBatchSummary): BatchSummary {
  const { total, outcomes, errors, workersLost, wallUs, cpuUs } = message;
  const counts = outcomes.map(({ outcome, count }) => [outcomeName(outcome), count]);
  return {
    total,
    outcomes: Object.fromEntries(counts) as BatchSummary['outcomes'],
    errors,
    workersLost,
    wallUs: Number(wallUs),
    cpuUs: Number(cpuUs),
  };
}

export function runItem({ index, id, result }: WireBatchRunItem): RunItem {
  if (result.case === 'run') return { index, id, run: ran(result.value) };
  return { index, id, error: errorOf(result) };
}

export function evaluationItem({ index, id, result, recordError }: WireEvaluationItem): EvaluationItem {
  const recorded = recordError ? { recordError: fromRpcStatus(recordError) } : {};
  if (result.case === 'evaluation') return { index, id, evaluation: evaluation(result.value), ...recorded };
  return { index, id, error: errorOf(result) };
}

export function sandboxItem({ index, id, result }: WireSandboxItem): SandboxItem {
  if (result.case === 'error') return { index, id, error: errorOf(result) };
  return { index, id, sandbox: result.value && sandbox(result.value) };
}

export function reloadItem({ index, id, result }: WireReloadItem): ReloadItem {
  if (result.case === 'reload') return { index, id, reload: reload(result.value) };
  return { index, id, error: errorOf(result) };
}

/** Of every answer to a call that loads code. */
export function reload(message: {
  result: number;
  sandbox?: Parameters<typeof sandbox>[0] | undefined;
}): Reload {
  return { result: reloadResultName(message.result), sandbox: sandbox(present(message.sandbox)) };
}

function errorOf(result: { case: string | undefined; value?: unknown }): PetriError {
  if (result.case === 'error') return fromRpcStatus(result.value as Parameters<typeof fromRpcStatus>[0]);
  return new PetriError('internal', 'the node answered an item with neither a result nor an error');
}
