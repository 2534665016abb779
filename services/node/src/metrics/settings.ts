import type { EnvReader } from '@petri/core';
import { requireIds } from '../require-ids.ts';

/** Some dozens of series each, for as long as whoever scrapes keeps them. */
const MAX_NAMED = 20;

export const METRICS_VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ['PETRI_METRICS_POPULATIONS', `ids of populations with metrics of their own, at most ${MAX_NAMED} (none)`],
];

/** Populations that metrics may name. */
export function readNamed(env: EnvReader): readonly string[] {
  const name = 'PETRI_METRICS_POPULATIONS';
  const named = [...new Set(env.list(name, []))];
  requireIds(env, name, named);
  if (named.length > MAX_NAMED) env.refuse(name, `may name ${MAX_NAMED} at most, names ${named.length}`);
  return named;
}
