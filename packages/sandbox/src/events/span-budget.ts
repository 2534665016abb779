import { type Context, createContextKey } from '@opentelemetry/api';
import type { Outcome } from '../outcome.ts';

/** A batch of 100,000 would drown the trace that it is part of: only so many of its items have spans. */
const BATCH_SPANS = 32;
const BATCH_FAILURE_SPANS = 96;

type SpanBudget = { any: number; failures: number };
const BUDGET = createContextKey('petri.batch.spans');

/** For all that happens in one batch. */
export function withBudget(batch: Context): Context {
  const budget: SpanBudget = { any: BATCH_SPANS, failures: BATCH_FAILURE_SPANS };
  return batch.setValue(BUDGET, budget);
}

/** Whether a call gets a span: outside batches each does. */
export function spend(active: Context, outcome: Outcome | undefined): boolean {
  const budget = active.getValue(BUDGET) as SpanBudget | undefined;
  if (budget === undefined) return true;
  if (budget.any > 0) return budget.any-- > 0;
  return outcome !== 'COMPLETED' && budget.failures-- > 0;
}
