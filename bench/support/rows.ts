import type { Row, Target } from './benchmark.ts';
import { median } from './quantiles.ts';

export function figure(what: string, value: number, unit: string, target?: Target): Row {
  return target ? { what, value, unit, target, ok: meets(value, target) } : { what, value, unit };
}

/** Values and baselines of the same rounds: the ratio is the median of the rounds' own, so that drift cancels out. */
export function versus(
  what: string,
  values: readonly number[],
  unit: string,
  baseline: { what: string; values: readonly number[] },
  target?: Target,
): Row {
  const ratio = median(values.map((value, round) => value / baseline.values[round]!));
  const row: Row = {
    what,
    value: median(values),
    unit,
    baseline: { what: baseline.what, value: median(baseline.values) },
    ratio,
  };
  return target ? { ...row, target, ok: meets(ratio, target) } : row;
}

/** How many of something that must not happen: any of them fails the bench. */
export function none(what: string, count: number): Row {
  return { ...figure(what, count, '', { atMost: 0 }), correctness: true };
}

function meets(value: number, target: Target): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}
