import { context } from '@opentelemetry/api';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BatchSummarySchema } from '@petri/contracts/v1';
import type { BatchKind, SandboxEvents } from '@petri/sandbox';
import { batch, type BatchOptions, mapBounded } from './batch.ts';
import { within } from '@petri/serving';
import type { Tally } from './tally.ts';

type Batch = { events: SandboxEvents; kind: BatchKind; tenant: string; tally: Tally };

/** The messages of a batch: results as they finish, then the summary. */
export async function* streamBatch<I, R>(
  { events, kind, tenant, tally }: Batch,
  options: BatchOptions<I, R>,
): AsyncGenerator<{ items: R[]; summary?: MessageInitShape<typeof BatchSummarySchema> }, void, void> {
  const scope = events.batch(kind, options.items.length, tenant);
  try {
    for await (const items of within(scope.context, batch(options))) yield { items };
    yield { items: [], summary: tally.summary() };
  } catch (thrown) {
    scope.end({ ...tally.troubles, thrown });
    throw thrown;
  } finally {
    scope.end(tally.troubles);
  }
}

type Answered = { result?: { case: string } };

/** As `mapBounded`, of items that keep their errors. */
export async function answerBatch<I, R extends Answered>(
  { events, kind, tenant }: Omit<Batch, 'tally'>,
  ...mapping: Parameters<typeof mapBounded<I, R>>
): Promise<R[]> {
  const scope = events.batch(kind, mapping[0].length, tenant);
  try {
    const items = await context.with(scope.context, () => mapBounded(...mapping));
    const errors = items.filter(({ result }) => result?.case === 'error').length;
    scope.end({ errors, workersLost: 0 });
    return items;
  } catch (thrown) {
    scope.end({ errors: 0, workersLost: 0, thrown });
    throw thrown;
  }
}
