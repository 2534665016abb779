import type { Evaluator, Outcome } from '../evolution/evaluator.ts';
import type { Isolation } from './options.ts';

/** A node that the demo runs on. */
export interface Connection extends AsyncDisposable {
  readonly address: string;
  /** Whether it was started for the demo, and ends with it. */
  readonly started: boolean;
  /** Its worker processes that take runs. */
  readonly workers: number;
  /** Runs candidates there, isolated as asked. */
  evaluator(isolation: Isolation): Evaluator;
  /** Worker processes it has lost to runs since the connection was made, by the runs' outcome. */
  kills(): Promise<Readonly<Partial<Record<Outcome, number>>>>;
}
