import type { Samples } from '../problems/problem.ts';

/** coefficient * x ** exponent. */
export interface PowerLaw {
  readonly coefficient: number;
  readonly exponent: number;
}

/** Departures from a pure power beyond this are worth more than the likeness. */
const LIKENESS = 0.01;

/**
 * The power law that a function of one variable is, if it is one over these rows: whatever shape evolution gave the
 * formula, a·√a, √(a³) and a²/√a all show here as the exponent 1.5.
 */
export function powerLaw(
  predict: (row: readonly number[]) => number,
  { rows }: Pick<Samples, 'rows'>,
): PowerLaw | undefined {
  const points = rows.map((row) => [row[0] ?? Number.NaN, predict(row)] as const);
  const single = rows.every((row) => row.length === 1);
  if (!single || points.length < 3 || !points.every(([x, y]) => x > 0 && y > 0)) return undefined;
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const spread = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) return undefined;
  const exponent = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const coefficient = Math.exp(meanY - exponent * meanX);
  const alike = points.every(([x, y]) => Math.abs((coefficient * x ** exponent) / y - 1) <= LIKENESS);
  return alike ? { coefficient, exponent } : undefined;
}
