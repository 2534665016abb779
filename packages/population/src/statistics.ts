type Quantile = { probability: number; value: number };

/** Scores in [from, to), or [from, to] in the last one. */
type Bucket = { from: number; to: number; count: number };

export type Summary = {
  min: number;
  max: number;
  mean: number;
  median: number;
  /** Of the scores as the whole population, not a sample: divided by their number. */
  standardDeviation: number;
  quantiles: Quantile[];
  /** Of equal width between min and max; one bucket if they are equal. */
  histogram: Bucket[];
};

/** Describes at least one finite number, in ascending order, to the extremes of what a double can hold. */
export function summarise(
  ascending: readonly number[],
  probabilities: readonly number[],
  buckets: number,
): Summary {
  const [min, max] = [ascending[0]!, ascending.at(-1)!];
  // Squares and sums are of numbers between -1 and 1, so that none overflows.
  const scale = Math.max(Math.abs(min), Math.abs(max)) || 1;
  const mean = ascending.reduce((sum, score) => sum + score / scale, 0) / ascending.length;
  const variance = ascending.reduce((sum, score) => sum + (score / scale - mean) ** 2, 0) / ascending.length;
  return {
    min,
    max,
    mean: Math.min(max, Math.max(min, mean * scale)),
    median: quantile(ascending, 0.5),
    standardDeviation: min === max ? 0 : Math.sqrt(variance) * scale,
    quantiles: probabilities.map((probability) => ({ probability, value: quantile(ascending, probability) })),
    histogram: histogram(ascending, buckets),
  };
}

/** Interpolates linearly between the two nearest ranks, as R's type 7 and NumPy's default do. */
function quantile(ascending: readonly number[], probability: number): number {
  const place = probability * (ascending.length - 1);
  const below = Math.floor(place);
  return between(ascending[below]!, ascending[Math.ceil(place)]!, place - below);
}

function histogram(ascending: readonly number[], buckets: number): Bucket[] {
  const [min, max] = [ascending[0]!, ascending.at(-1)!];
  if (min === max) return [{ from: min, to: max, count: ascending.length }];
  const found: Bucket[] = [];
  let next = 0;
  for (let at = 0; at < buckets; at++) {
    const from = at === 0 ? min : found[at - 1]!.to;
    // Between neighbouring doubles there is no room for buckets, and rounding may go down.
    const to = at === buckets - 1 ? max : Math.max(from, between(min, max, (at + 1) / buckets));
    const first = next;
    if (at === buckets - 1) next = ascending.length;
    else while (next < ascending.length && ascending[next]! < to) next++;
    found.push({ from, to, count: next - first });
  }
  return found;
}

/** Never falls as `part` grows, for any two finite numbers. */
function between(low: number, high: number, part: number): number {
  const span = high - low;
  if (Number.isFinite(span)) return Math.min(high, low + span * part);
  const half = (high / 2 - low / 2) * part;
  return Math.min(high, low + half + half);
}
