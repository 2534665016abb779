import type { ContainmentReport } from '../containment/containment.ts';
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
