import type { Sample } from './sample.ts';

/** How fast something grew after the warm-up, and how fast it may. */
export type Growth = { what: string; perMinute: number; atMost: number; unit: string; ok: boolean };

/** The first part of a run fills caches and pools, and lets heaps find their size. */
const WARM_UP = 0.25;
/** Below so many minutes after the warm-up a slope says nothing: a heap breathes at such intervals. */
const TELLING_MINUTES = 7.5;

/**
 * What may grow by how much a minute: in half an hour of load these come to 10 MiB of the node, 45 MiB of all workers
 * together (which are replaced all the time), and not one descriptor or process.
 */
const LIMITS = [
  { what: 'node', field: 'nodeMiB', atMost: 0.45, unit: 'MiB' },
  { what: 'workers', field: 'workersMiB', atMost: 2, unit: 'MiB' },
  { what: 'descriptors', field: 'descriptors', atMost: 0.04, unit: '' },
  { what: 'processes', field: 'processes', atMost: 0.02, unit: '' },
] as const;

/** Nothing for a run that was too short to tell. */
export function growthOf(samples: readonly Sample[]): Growth[] {
  const end = samples.at(-1)?.seconds ?? 0;
  const telling = samples.filter(({ seconds }) => seconds >= end * WARM_UP);
  if (end * (1 - WARM_UP) < TELLING_MINUTES * 60) return [];
  return LIMITS.map(({ what, field, atMost, unit }) => {
    const points = telling.map((sample) => [sample.seconds / 60, sample[field]] as const);
    const perMinute = Math.round(slopeOf(points) * 10_000) / 10_000;
    return { what, perMinute, atMost, unit, ok: perMinute <= atMost };
  });
}

/** The median of the slopes between all pairs (Theil and Sen): a passing peak doesn't tilt it. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes: number[] = [];
  for (const [index, [x, y]] of points.entries())
    for (const [otherX, otherY] of points.slice(index + 1))
      if (otherX !== x) slopes.push((otherY - y) / (otherX - x));
  slopes.sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}
