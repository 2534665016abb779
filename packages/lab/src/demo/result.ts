import type { ContainmentReport } from '../containment/containment.ts';
import type { Outcome } from '../evolution/evaluator.ts';
import type { Solution } from '../problems/solve.ts';

/** What came of one part of the demo. */
export type PartResult =
  | {
      readonly part: string;
      readonly kind: 'solution';
      readonly passed: boolean;
      readonly solution: Solution;
    }
  | {
      readonly part: string;
      readonly kind: 'containment';
      readonly passed: boolean;
      readonly report: ContainmentReport;
    };

/** What came of the demo. */
export interface DemoResult {
  readonly results: readonly PartResult[];
  /** Worker processes that the node lost to runs, by the runs' outcome. */
  readonly workersLost: Readonly<Partial<Record<Outcome, number>>>;
  readonly elapsedMs: number;
}
