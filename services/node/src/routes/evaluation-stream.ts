import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CallContext } from '@petri/contracts';
import type { EvaluationItemSchema } from '@petri/contracts/v1';
import type { BatchKind, Evaluation } from '@petri/sandbox';
import type { Sized } from '../batch.ts';
import { defined } from '../defined.ts';
import { itemError } from '../item-error.ts';
import { evaluationMessage } from '../mapping/evaluation.ts';
import { sizeOfEvaluation } from '../mapping/sizes.ts';
import type { Parts } from '../parts.ts';
import type { Record } from '../recording.ts';
import { streamBatch } from '../stream-batch.ts';
import type { TenantView } from '../tenants/view.ts';
import { Tally } from '../tally.ts';

type Item = MessageInitShape<typeof EvaluationItemSchema>;

type Options<I> = {
  kind: BatchKind;
  items: readonly I[];
  idOf: (item: I) => string;
  evaluate: (item: I, index: number, sandboxes: TenantView, signal: AbortSignal) => Promise<Evaluation>;
  /** Default: nothing is recorded. */
  record?: Record;
  maxConcurrency: number;
};

/** Evaluates items and streams what becomes of each; what `evaluate` throws stays with its item. */
export function streamEvaluations<I>(
  parts: Parts,
  context: CallContext,
  { kind, items, idOf, evaluate, record, maxConcurrency }: Options<I>,
) {
  const { signal, method } = context;
  const sandboxes = parts.sandboxesOf(context);
  const tally = new Tally(parts.clock, items.length);

  const run = async (each: I, index: number, stop: AbortSignal): Promise<Sized<Item>> => {
    const id = idOf(each);
    try {
      const value = await evaluate(each, index, sandboxes, stop);
      tally.outcome(value.outcome, value.receipt);
      const recordError = await record?.(id, value);
      const message = (): Item => ({
        index,
        id,
        result: { case: 'evaluation', value: evaluationMessage(value) },
        ...defined({ recordError }),
      });
      return { message, bytes: sizeOfEvaluation(value) };
    } catch (thrown) {
      tally.error();
      const result = itemError(parts, thrown, method);
      return { message: () => ({ index, id, result }), bytes: 0 };
    }
  };

  const window = sandboxes.window(maxConcurrency);
  return streamBatch(
    { events: parts.events, kind, tenant: sandboxes.tenant, tally },
    { items, run, window, signal },
  );
}
