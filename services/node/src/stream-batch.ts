import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BatchSummarySchema } from '@petri/contracts/v1';
import type { SandboxRuntime } from '@petri/sandbox';
import { batch, type BatchOptions } from './batch.ts';
import type { Tally } from './tally.ts';

/** A request may ask for less than keeps every worker busy, never for more. */
export function windowOf({ concurrency }: SandboxRuntime, maxConcurrency: number): number {
  return Math.max(1, Math.min(maxConcurrency || concurrency, concurrency));
}

/** The messages of a batch: results as they finish, then the summary. */
export async function* streamBatch<I, R>(
  tally: Tally,
  options: BatchOptions<I, R>,
): AsyncGenerator<{ items: R[]; summary?: MessageInitShape<typeof BatchSummarySchema> }, void, void> {
  for await (const items of batch(options)) yield { items };
  yield { items: [], summary: tally.summary() };
}
