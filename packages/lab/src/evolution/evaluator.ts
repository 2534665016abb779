/** How an evaluation ended, as a node reports it. All but COMPLETED and CANCELLED are the candidate's own doing. */
export type Outcome =
  | 'COMPLETED'
  | 'THREW'
  | 'TIMEOUT'
  | 'CPU_LIMIT'
  | 'MEMORY_LIMIT'
  | 'OUTPUT_LIMIT'
  | 'CRASHED'
  | 'CANCELLED'
  | 'INVALID_RESULT';

/** The outcomes in which the node ended the run by force. */
export const KILLS: readonly Outcome[] = ['TIMEOUT', 'CPU_LIMIT', 'MEMORY_LIMIT', 'OUTPUT_LIMIT', 'CRASHED'];

export interface Candidate {
  /** Unique within a call. */
  readonly id: string;
  /** An ES module in JavaScript. */
  readonly source: string;
}

export interface Evaluation {
  readonly id: string;
  readonly outcome: Outcome;
  /** 0 to 1, 1 being exact; present when COMPLETED. */
  readonly score?: number;
  readonly components: Readonly<Record<string, number>>;
  /** Why the run ended as it did, from the node's receipt. */
  readonly reason?: string;
  /** The guest's error, normalised by the node. */
  readonly error?: string;
  readonly wallMs: number;
  /** Whether the run took a worker process of the node's with it. */
  readonly workerLost?: boolean;
}

/** JSON that a fitness program receives as `context.data`. */
export type FitnessData = Readonly<Record<string, unknown>>;

/** Where candidates run. The engine never runs one itself. */
export interface Evaluator {
  /**
   * Yields one evaluation per candidate, in whatever order they finish. Throws `EvaluatorUnavailable` when the
   * failure is the system's and asking again may help; candidates not yet answered are then asked for again.
   */
  evaluate(
    candidates: readonly Candidate[],
    data: FitnessData,
    signal: AbortSignal,
  ): AsyncIterable<Evaluation>;
}

export class EvaluatorUnavailable extends Error {
  override readonly name = 'EvaluatorUnavailable';
}
