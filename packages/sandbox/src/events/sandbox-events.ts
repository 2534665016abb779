import { type Attributes, context, type Span, trace, type Tracer } from '@opentelemetry/api';
import type { Evaluation } from '../api/evaluation.ts';
import type { Kill } from '../api/kill.ts';
import type { RuntimeStatus } from '../api/status.ts';
import type { Outcome, Receipt } from '../outcome.ts';
import { errorOf, failed, idsOf, NO_ATTRIBUTES, texts } from './attributes.ts';
import { type Call, callSpan } from './call-span.ts';
import type { CollectReason, EventKind, SandboxEvent } from './event.ts';
import { EventLog } from './event-log.ts';
import { Instruments } from './instruments.ts';
import {
  type BatchKind,
  type BatchResult,
  type BatchScope,
  type Collected,
  type FitnessRecord,
  type Moved,
  NOBODY,
  type Subject,
} from './occurrence.ts';
import { spend, withBudget } from './span-budget.ts';

type EventsOptions = {
  log?: EventLog;
  now?: () => number;
  /** Populations that metrics may name. Default: none. */
  named?: readonly string[];
};

/**
 * One method for each thing that happens: it is a span where somebody traces, a metric where somebody measures, and an
 * event for those who watch. It uses the API of OpenTelemetry alone; without an SDK only watchers see anything.
 */
export class SandboxEvents {
  readonly log: EventLog;
  readonly #instruments = new Instruments();
  readonly #tracer: Tracer = trace.getTracer('petri.sandbox');
  readonly #now: () => number;
  /** Labels of those that have some. */
  readonly #named: ReadonlyMap<string, Attributes>;

  constructor({ log = new EventLog(), now = Date.now, named = [] }: EventsOptions = {}) {
    this.log = log;
    this.#now = now;
    this.#named = new Map(named.map((id) => [id, { 'petri.population': id }]));
  }

  /** Metrics of the node's state, until `close`. */
  observe(status: () => RuntimeStatus): void {
    const { log } = this;
    this.#instruments.watch({
      status,
      get watchers() {
        return log.watchers;
      },
      get missed() {
        return log.missed;
      },
    });
  }

  close(): void {
    this.#instruments.close();
  }

  create<T>(subject: Subject, work: () => Promise<T>): Promise<T> {
    return this.#around('sandbox.create', subject, {}, work, (seconds) =>
      this.#instruments.createSeconds.record(seconds),
    );
  }

  /** Also a rollback. */
  reload<T>(subject: Subject, work: () => Promise<T>): Promise<T> {
    return this.#around('sandbox.reload', subject, {}, work, (seconds) =>
      this.#instruments.reloadSeconds.record(seconds),
    );
  }

  /** `collected` says why, where it is destroyed as garbage. */
  destroy<T>(subject: Subject, collected: CollectReason | undefined, work: () => Promise<T>): Promise<T> {
    const attributes = collected === undefined ? NO_ATTRIBUTES : { 'petri.gc.reason': collected };
    return this.#around('sandbox.destroy', subject, attributes, work, () => undefined);
  }

  run(subject: Subject, outcome: Outcome, receipt: Receipt): void {
    const { runs, runSeconds, queueSeconds } = this.#instruments;
    runs[outcome]++;
    runSeconds.record(receipt.wallUs / 1e6);
    queueSeconds.record(receipt.queuedUs / 1e6);
    this.#call({ kind: 'sandbox.run', subject, outcome, receipt });
  }

  evaluate(subject: Subject, evaluated: Evaluation): void {
    const { outcome, score, receipt, evaluatorSha256 } = evaluated;
    this.#evaluated(outcome, receipt);
    if (score !== undefined) this.#instruments.fitness.record(score);
    this.#call({ kind: 'sandbox.evaluate', subject, outcome, receipt, evaluatorSha256, score });
  }

  /** The fitness program failed, which is no outcome of the candidate's. */
  evaluateFailed(subject: Subject, receipt: Receipt, evaluatorSha256: string, thrown: unknown): void {
    this.#evaluated('FITNESS_PROGRAM_FAILED', receipt);
    this.#call({ kind: 'sandbox.evaluate', subject, receipt, evaluatorSha256, thrown });
  }

  batch(kind: BatchKind, size: number, tenant: string): BatchScope {
    const startedAt = this.#now();
    const attributes = { 'petri.batch.kind': kind, 'petri.batch.size': size };
    const span = this.#tracer.startSpan('sandbox.batch', { attributes });
    let ended = false;
    const end = ({ errors, workersLost, thrown }: BatchResult) => {
      if (ended) return;
      ended = true;
      const durationMs = this.#now() - startedAt;
      const labels = { 'petri.batch.kind': kind };
      this.#instruments.batchSeconds.record(durationMs / 1e3, labels);
      this.#instruments.batchSize.record(size, labels);
      const result = { 'petri.batch.errors': errors, 'petri.batch.workers_lost': workersLost };
      span.setAttributes(result);
      if (thrown !== undefined) failed(span, thrown);
      span.end();
      this.#publish('sandbox.batch', { ...NOBODY, tenant }, span, {
        durationUs: durationMs * 1e3,
        attributes: texts({ ...attributes, ...result }),
        ...errorOf(thrown),
      });
    };
    if (!span.isRecording()) return { context: context.active(), end };
    return { context: withBudget(trace.setSpan(context.active(), span)), end };
  }

  /** The stream is where the history of fitness is. */
  fitness(subject: Subject, record: FitnessRecord): void {
    const { score, error, adjusted } = record;
    this.#instruments.recorded(adjusted ? 'adjusted' : error ? 'failed' : 'scored');
    if (score !== undefined && !adjusted)
      this.#instruments.recordedFitness.record(score, this.#named.get(subject.population));
    if (!this.log.keepsCalls) return this.log.passCall();
    const attributes = texts({
      'petri.generation': record.generation,
      'petri.fitness.components': JSON.stringify(record.components),
      ...(adjusted && { 'petri.fitness.delta': adjusted.delta }),
    });
    const kind = adjusted ? 'population.fitness.adjusted' : 'population.fitness.recorded';
    this.#publish(kind, subject, trace.getSpan(context.active()), {
      ...scoreOf(score),
      durationUs: record.evaluationUs,
      reason: adjusted?.reason ?? error?.message ?? '',
      error: error?.reason ?? '',
      attributes,
    });
  }

  gc({ durationMs, collected }: Collected): void {
    this.#instruments.gcSeconds.record(durationMs / 1e3);
    let total = 0;
    for (const [reason, count] of Object.entries(collected)) {
      this.#instruments.collected(reason as CollectReason, count);
      total += count;
    }
    const counts = Object.entries(collected).map(([reason, count]) => [
      `petri.gc.collected.${reason}`,
      count,
    ]);
    const attributes = {
      'petri.gc.collected': total,
      ...(Object.fromEntries(counts) as Record<string, number>),
    };
    this.#moment('sandbox.gc', NOBODY, { durationUs: durationMs * 1e3, attributes: texts(attributes) });
  }

  /** Also of code that was killed while it was loaded or stopped. */
  killed(
    subject: Subject,
    { reason: why, outcome, task, detail, wallUs, workerLost, fitnessProgram }: Kill,
  ): void {
    this.#instruments.killed(why);
    const attributes = {
      'petri.kill.reason': why,
      'petri.kill.task': task,
      'petri.worker_lost': String(workerLost),
      'petri.fitness_program': String(fitnessProgram),
    };
    const rest = { outcome, reason: detail, durationUs: wallUs, attributes };
    const active = context.active();
    if (spend(active, outcome)) this.#moment('sandbox.killed', subject, rest);
    else this.#publish('sandbox.killed', subject, trace.getSpan(active), rest);
  }

  /**
   * A migrant leaves or arrives, in a span that is named by what comes of it. Nothing has happened if `move` fails, or
   * says so. `attributes` say from where and to where.
   */
  async migration(
    attributes: Readonly<Record<string, string>>,
    move: () => Promise<Moved | undefined>,
  ): Promise<void> {
    const startedAt = this.#now();
    const span = this.#tracer.startSpan('island.migration', { attributes });
    const moved = await context.with(trace.setSpan(context.active(), span), move);
    if (moved === undefined || moved.count === 0) return;
    const { result, subject, count, why, reason } = moved;
    this.#instruments.migrated(result, count);
    const kind = `island.migration.${result}` as const;
    const told = { 'petri.migration.count': count, ...(why !== '' && { 'petri.reason': why }) };
    span.updateName(kind).setAttributes({ ...idsOf(subject), ...told });
    span.end();
    const durationUs = (this.#now() - startedAt) * 1e3;
    this.#publish(kind, subject, span, { durationUs, reason, attributes: { ...attributes, ...texts(told) } });
  }

  /** A node was seen to come or go. */
  membership(change: string, attributes: Readonly<Record<string, string>>): void {
    const told = { 'petri.membership.change': change, ...attributes };
    this.#publish('island.membership.changed', NOBODY, undefined, { attributes: told });
  }

  #evaluated(what: keyof Instruments['evaluations'], { wallUs, queuedUs }: Receipt): void {
    const { evaluations, evaluateSeconds, queueSeconds } = this.#instruments;
    evaluations[what]++;
    evaluateSeconds.record(wallUs / 1e6);
    queueSeconds.record(queuedUs / 1e6);
  }

  /** A run or an evaluation is over. Most are neither traced nor watched, and cost next to nothing here. */
  #call(call: Call): void {
    const { kind, subject, outcome, receipt, evaluatorSha256, score, thrown } = call;
    const active = context.active();
    const parent = trace.getSpan(active);
    const span =
      parent?.isRecording() === true && spend(active, outcome)
        ? callSpan(this.#tracer, active, this.#now(), call)
        : parent;
    if (!this.log.keepsCalls) {
      this.log.passCall();
      if (score !== undefined) this.log.passCall();
      return;
    }
    const attributes =
      evaluatorSha256 === undefined ? NO_ATTRIBUTES : { 'petri.evaluator.sha256': evaluatorSha256 };
    this.#publish(kind, subject, span, {
      ...(outcome !== undefined && { outcome }),
      durationUs: receipt.wallUs,
      reason: receipt.reason,
      attributes,
      ...scoreOf(score),
      ...errorOf(thrown),
    });
    if (score !== undefined)
      this.#publish('sandbox.fitness.computed', subject, span, { attributes, ...scoreOf(score) });
  }

  async #around<T>(
    kind: EventKind,
    subject: Subject,
    attributes: Readonly<Record<string, string>>,
    work: () => Promise<T>,
    measure: (seconds: number) => void,
  ): Promise<T> {
    const startedAt = this.#now();
    const span = this.#tracer.startSpan(kind, { attributes: { ...idsOf(subject), ...attributes } });
    let thrown: unknown;
    try {
      return span.isRecording()
        ? await context.with(trace.setSpan(context.active(), span), work)
        : await work();
    } catch (error) {
      thrown = error;
      failed(span, error);
      throw error;
    } finally {
      const durationMs = this.#now() - startedAt;
      measure(durationMs / 1e3);
      span.end();
      this.#publish(kind, subject, span, { durationUs: durationMs * 1e3, attributes, ...errorOf(thrown) });
    }
  }

  /** Something that is over, with a span of its own. */
  #moment(kind: EventKind, subject: Subject, rest: Partial<SandboxEvent>): void {
    const end = this.#now();
    const startTime = end - (rest.durationUs ?? 0) / 1e3;
    const span = this.#tracer.startSpan(kind, {
      startTime,
      attributes: { ...idsOf(subject), ...rest.attributes },
    });
    span.end(end);
    this.#publish(kind, subject, span, rest);
  }

  #publish(
    kind: EventKind,
    { id, tenant, population }: Subject,
    span: Span | undefined,
    rest: Partial<SandboxEvent>,
  ): void {
    const ids = span?.spanContext();
    const traced = ids !== undefined && trace.isSpanContextValid(ids);
    this.log.publish({
      kind,
      atMs: this.#now(),
      sandboxId: id,
      tenant,
      population,
      durationUs: 0,
      reason: '',
      error: '',
      traceId: traced ? ids.traceId : '',
      spanId: traced ? ids.spanId : '',
      attributes: NO_ATTRIBUTES,
      ...rest,
    });
  }
}

function scoreOf(score: number | undefined): { score?: number } {
  return score === undefined ? {} : { score };
}
