import type { Problems } from './problems.ts';

/** As on Kubernetes objects, so that its conventions fit; more is data, which belongs elsewhere. */
const MAX_LABELS = 32;
const MAX_KEY = 63;
const MAX_VALUE = 256;

export function readLabels(
  problems: Problems,
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS)
    problems.add('labels', `must have at most ${MAX_LABELS} entries, has ${entries.length}`);
  for (const [key, value] of entries) {
    const field = `labels[${JSON.stringify(key)}]`;
    if (key.length === 0 || key.length > MAX_KEY)
      problems.add(field, `the key must have 1 to ${MAX_KEY} characters, has ${key.length}`);
    if (value.length > MAX_VALUE)
      problems.add(field, `must have at most ${MAX_VALUE} characters, has ${value.length}`);
  }
  return labels;
}

/** '' is no label, and undefined. */
export function readPopulation(problems: Problems, population: string): string | undefined {
  return population === '' ? undefined : problems.id('population', population);
}
