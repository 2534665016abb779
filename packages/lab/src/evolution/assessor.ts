import { setTimeout as delay } from 'node:timers/promises';
import { EvaluatorUnavailable } from './evaluator.ts';
import type { Candidate, Evaluation, Evaluator, FitnessData, Outcome } from './evaluator.ts';

/** What became of one source: a guest's answer, never an accident of the system. */
export type Assessment = Omit<Evaluation, 'id'>;

export interface RetryPolicy {
  /** Attempts at a candidate that the system failed to answer, the first included. */
  readonly attempts: number;
  readonly wait: (attempt: number, signal: AbortSignal) => Promise<void>;
}

/** A node that restarts is back within a second or two; the doubling waits add up to 6 s. */
const PATIENT: RetryPolicy = {
  attempts: 6,
  wait: (attempt, signal) => delay(100 * 2 ** attempt, undefined, { signal }),
};

/** Sources remembered; at about 1 KB each, 50 MB. The oldest is forgotten first. */
const CACHE_CAPACITY = 50_000;

export interface AssessorOptions {
  readonly evaluator: Evaluator;
  readonly data: FitnessData;
  readonly retry?: RetryPolicy;
}

/** Evaluates sources, each distinct one once. Only what a candidate did is remembered, never an infrastructure failure. */
export class Assessor {
  readonly #evaluator: Evaluator;
  readonly #data: FitnessData;
  readonly #retry: RetryPolicy;
  readonly #known = new Map<string, Assessment>();
  readonly #outcomes = new Map<Outcome, number>();
  #evaluations = 0;
  #served = 0;

  constructor({ evaluator, data, retry = PATIENT }: AssessorOptions) {
    this.#evaluator = evaluator;
    this.#data = data;
    this.#retry = retry;
  }

  /** Evaluations that a node answered. */
  get evaluations(): number {
    return this.#evaluations;
  }

  /** Assessments given from memory instead. */
  get cached(): number {
    return this.#served - this.#evaluations;
  }

  /** Answers by outcome. */
  get outcomes(): Readonly<Partial<Record<Outcome, number>>> {
    return Object.fromEntries(this.#outcomes);
  }

  /** One assessment per source, in the order given. Throws when the system would not answer in the end. */
  async assess(sources: readonly string[], signal: AbortSignal): Promise<Assessment[]> {
    const found = new Map<string, Assessment>();
    const unknown = new Set<string>();
    for (const source of sources) {
      const known = this.#known.get(source);
      if (known === undefined) unknown.add(source);
      else found.set(source, known);
    }
    let pending = [...unknown].map((source, index): Candidate => ({ id: `c${index}`, source }));
    for (let attempt = 0; pending.length > 0; attempt++) {
      const failure = await this.#ask(pending, found, signal);
      pending = pending.filter(({ source }) => !found.has(source));
      if (pending.length === 0) break;
      signal.throwIfAborted();
      if (attempt + 1 >= this.#retry.attempts) {
        const why = failure === undefined ? '' : `: ${failure.message}`;
        const message = `the evaluator left ${pending.length} candidates unanswered after ${attempt + 1} attempts${why}`;
        throw new EvaluatorUnavailable(message, { cause: failure });
      }
      await this.#retry.wait(attempt, signal);
    }
    this.#served += sources.length;
    return sources.map((source) => found.get(source) as Assessment);
  }

  /** Asks once, and returns the infrastructure failure that ended the asking, if one did. */
  async #ask(
    pending: readonly Candidate[],
    found: Map<string, Assessment>,
    signal: AbortSignal,
  ): Promise<EvaluatorUnavailable | undefined> {
    const sources = new Map(pending.map(({ id, source }) => [id, source]));
    try {
      for await (const { id, ...assessment } of this.#evaluator.evaluate(pending, this.#data, signal)) {
        const source = sources.get(id);
        if (source === undefined) throw new Error(`the evaluator answered ${id}, which was not asked`);
        // A run that was cancelled says nothing about its candidate.
        if (assessment.outcome === 'CANCELLED' || found.has(source)) continue;
        found.set(source, assessment);
        this.#remember(source, assessment);
      }
      return undefined;
    } catch (error) {
      if (error instanceof EvaluatorUnavailable) return error;
      throw error;
    }
  }

  #remember(source: string, assessment: Assessment): void {
    this.#evaluations++;
    this.#outcomes.set(assessment.outcome, (this.#outcomes.get(assessment.outcome) ?? 0) + 1);
    this.#known.set(source, assessment);
    if (this.#known.size > CACHE_CAPACITY) this.#known.delete(this.#known.keys().next().value as string);
  }
}
