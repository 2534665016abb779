import type { Outcome } from '../outcome.ts';

/** What happens on a node, by the names of its spans. */
export const EVENT_KINDS = [
  'sandbox.create',
  'sandbox.reload',
  'sandbox.destroy',
  'sandbox.run',
  'sandbox.evaluate',
  'sandbox.batch',
  'sandbox.fitness.computed',
  'sandbox.killed',
  'sandbox.gc',
  'island.migration.sent',
  'island.migration.admitted',
  'island.migration.duplicate',
  'island.migration.rejected',
  'island.migration.dropped',
  'population.fitness.recorded',
  'population.fitness.adjusted',
  'island.membership.changed',
] as const;

/** Why the garbage collector took a sandbox, as metrics and events name it. */
export const COLLECT_REASONS = ['expired', 'failed', 'generation', 'abandoned', 'idle', 'memory'] as const;

export type CollectReason = (typeof COLLECT_REASONS)[number];

export type EventKind = (typeof EVENT_KINDS)[number];

/** Kinds that come by the ten thousand in a second. They are kept apart, so that they push nothing else out. */
export const CALL_KINDS: ReadonlySet<EventKind> = new Set([
  'sandbox.run',
  'sandbox.evaluate',
  'sandbox.fitness.computed',
  'population.fitness.recorded',
  'population.fitness.adjusted',
]);

/** One thing that happened. */
export type SandboxEvent = {
  kind: EventKind;
  /** When it was over, in milliseconds since 1970. */
  atMs: number;
  /** '' where it is not about one sandbox, such as for one-shot candidates. */
  sandboxId: string;
  /** Whose it is; '' where it is the node's own. */
  tenant: string;
  /** '' if the sandbox is in none. */
  population: string;
  outcome?: Outcome;
  /** How long it took, in microseconds. */
  durationUs: number;
  /** Why it ended so, for people; '' if there is nothing to say. */
  reason: string;
  /** The stable reason of the error with which a call failed; '' if it did not. */
  error: string;
  score?: number;
  /** Hex; '' where nothing traces. */
  traceId: string;
  spanId: string;
  /** What else belongs to its kind, by the names of span attributes. */
  attributes: Readonly<Record<string, string>>;
};

/** Which events a watcher wants: all those that match every list that is not empty. */
export type EventFilter = {
  /** Only those of this tenant. */
  tenant?: string | undefined;
  kinds: readonly EventKind[];
  sandboxIds: readonly string[];
  populations: readonly string[];
  outcomes: readonly Outcome[];
};

export function matcher(filter: EventFilter): (event: SandboxEvent) => boolean {
  const { tenant: only } = filter;
  const [kinds, ids] = [new Set(filter.kinds), new Set(filter.sandboxIds)];
  const [populations, outcomes] = [
    new Set(filter.populations),
    new Set<Outcome | undefined>(filter.outcomes),
  ];
  return ({ kind, sandboxId, tenant, population, outcome }) =>
    (only === undefined || tenant === only) &&
    (kinds.size === 0 || kinds.has(kind)) &&
    (ids.size === 0 || ids.has(sandboxId)) &&
    (populations.size === 0 || populations.has(population)) &&
    (outcomes.size === 0 || outcomes.has(outcome));
}
