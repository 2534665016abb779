/** Of a normal distribution: 95% lie within so many standard errors of its mean. */
const Z95 = 1.959964;

/** How many of how many. */
export type Share = { count: number; of: number };

/** Wilson's score interval of 95%, which unlike the textbook's stays within 0 and 1 and holds near them. */
export function wilson({ count, of }: Share): [low: number, high: number] {
  const share = count / of;
  const spread = Z95 ** 2 / of;
  const center = (share + spread / 2) / (1 + spread);
  const half = (Z95 / (1 + spread)) * Math.sqrt((share * (1 - share)) / of + spread / (4 * of));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

/** By how many standard errors the first share is above the second, if both came from the same (a pooled z test). */
export function standardErrorsAbove(first: Share, second: Share): number {
  const pooled = (first.count + second.count) / (first.of + second.of);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / first.of + 1 / second.of));
  return error === 0 ? 0 : (first.count / first.of - second.count / second.of) / error;
}

/** Beyond so many standard errors, one of twenty differences is chance. */
export const SIGNIFICANT = Z95;
