import { type Attributes, type Context, type Span, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { Outcome, Receipt } from '../outcome.ts';
import { failed, idsOf } from './attributes.ts';
import type { Subject } from './occurrence.ts';

/** A run or an evaluation that is over. */
export type Call = {
  kind: 'sandbox.run' | 'sandbox.evaluate';
  subject: Subject;
  /** Absent if the fitness program failed. */
  outcome?: Outcome;
  receipt: Receipt;
  /** Of an evaluation. */
  evaluatorSha256?: string;
  score?: number | undefined;
  /** With what the call failed. */
  thrown?: unknown;
};

/**
 * The span of a call that is over by `end`, in milliseconds since 1970: it begins in the past. The guest's process knows
 * nothing of traces.
 */
export function callSpan(
  tracer: Tracer,
  parent: Context,
  end: number,
  { kind, subject, outcome, receipt, evaluatorSha256, score, thrown }: Call,
): Span {
  const attributes: Attributes = {
    ...idsOf(subject),
    'petri.receipt.wall_us': receipt.wallUs,
    'petri.receipt.cpu_us': receipt.cpuUs,
    'petri.receipt.queued_us': receipt.queuedUs,
    'petri.receipt.heap_bytes': receipt.heapBytes,
    'petri.receipt.output_bytes': receipt.outputBytes,
    'petri.receipt.attempt': receipt.attempt,
    'petri.worker.pid': receipt.workerPid,
    'petri.worker_lost': receipt.workerLost,
  };
  if (outcome !== undefined) attributes['petri.outcome'] = outcome.toLowerCase();
  if (evaluatorSha256 !== undefined) attributes['petri.evaluator.sha256'] = evaluatorSha256;
  const startTime = end - (receipt.wallUs + receipt.queuedUs) / 1e3;
  const span = tracer.startSpan(kind, { startTime, attributes }, parent);
  if (score !== undefined) span.addEvent('sandbox.fitness.computed', { 'petri.fitness': score }, end);
  // A guest that fails is an answer. Only for the guest is it an error.
  if (thrown !== undefined) failed(span, thrown);
  else if (outcome !== 'COMPLETED') span.setStatus({ code: SpanStatusCode.ERROR, message: receipt.reason });
  span.end(end);
  return span;
}
