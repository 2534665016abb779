import { create } from '@bufbuild/protobuf';
import { durationMs } from '@bufbuild/protobuf/wkt';
import {
  type ArchipelagoSettings,
  ArchipelagoSettingsSchema,
  type MigrationPolicy,
  type MigrationSchedule,
  ReplacementKind,
  SelectionKind,
  type Topology as TopologyMessage,
  TopologyKind,
} from '@petri/contracts/v1';
import { idViolation, type Violation } from '@petri/core';
import type { Replacement } from './replacement.ts';
import type { Selection } from './selection.ts';
import type { Topology } from './topology.ts';

/** Settings with every default filled in. */
export type Rules = {
  topology: Topology;
  selection: Selection;
  replacement: Replacement;
  trustScores: boolean;
  maxHops: number;
  ttlMs: number;
  /** Members of a population on an island; 0 is no bound. */
  capacity: number;
  schedule: {
    /** 0: not by generations. */
    generations: number;
    /** 0: not by time. */
    intervalMs: number;
    count: number;
    /** Empty: all. */
    populations: readonly string[];
  };
};

const DEFAULT_DEGREE = 2;
const DEFAULT_CONTESTANTS = 3;
/** More than an individual needs to get around any archipelago that is not a long ring. */
const DEFAULT_MAX_HOPS = 16;
const DEFAULT_TTL_MS = 10 * 60_000;
const MAX_EDGES = 10_000;
/** Of a migration's migrants, so that an inbox holds all of them: it is one document, and one message for each migrant. */
export const MAX_COUNT = 100;
/** Faster, islands are one population that is expensive to keep. */
const MIN_INTERVAL_MS = 10;
const MAX_TTL_MS = 24 * 60 * 60_000;

export function rulesOf(settings: ArchipelagoSettings = create(ArchipelagoSettingsSchema)): Rules {
  const { topology, policy, schedule } = settings;
  return {
    topology: topologyOf(topology),
    selection: selectionOf(policy),
    replacement: replacementOf(policy?.replacement),
    trustScores: policy?.trustScores ?? false,
    maxHops: policy?.maxHops || DEFAULT_MAX_HOPS,
    ttlMs: (policy?.ttl && durationMs(policy.ttl)) || DEFAULT_TTL_MS,
    capacity: policy?.capacity ?? 0,
    schedule: {
      generations: schedule?.generations ?? 0,
      intervalMs: schedule?.interval ? durationMs(schedule.interval) : 0,
      count: schedule?.count || 1,
      populations: schedule?.populations ?? [],
    },
  };
}

function topologyOf(message: TopologyMessage | undefined): Topology {
  switch (message?.kind) {
    case TopologyKind.TWO_WAY_RING:
      return { kind: 'TWO_WAY_RING' };
    case TopologyKind.FULL:
      return { kind: 'FULL' };
    case TopologyKind.STAR:
      return { kind: 'STAR', center: message.center };
    case TopologyKind.TORUS:
      return { kind: 'TORUS' };
    case TopologyKind.RANDOM:
      return { kind: 'RANDOM', degree: message.degree || DEFAULT_DEGREE };
    case TopologyKind.CUSTOM:
      return {
        kind: 'CUSTOM',
        edges: message.edges.map(({ from, to, probability = 1 }) => ({ from, to, probability })),
      };
    default:
      return { kind: 'RING' };
  }
}

function selectionOf(policy: MigrationPolicy | undefined): Selection {
  switch (policy?.selection) {
    case SelectionKind.TOURNAMENT:
      return { kind: 'TOURNAMENT', size: policy.tournamentSize || DEFAULT_CONTESTANTS };
    case SelectionKind.RANDOM:
      return { kind: 'RANDOM' };
    case SelectionKind.NOVELTY:
      return { kind: 'NOVELTY' };
    default:
      return { kind: 'BEST' };
  }
}

function replacementOf(kind: ReplacementKind | undefined): Replacement {
  switch (kind) {
    case ReplacementKind.RANDOM:
      return 'RANDOM';
    case ReplacementKind.IF_BETTER:
      return 'IF_BETTER';
    case ReplacementKind.MOST_SIMILAR:
      return 'MOST_SIMILAR';
    default:
      return 'WORST';
  }
}

export function topologyViolations({ kind, center, edges }: TopologyMessage): Violation[] {
  const found: Violation[] = [];
  if (!isOneOf(TopologyKind, kind))
    found.push({ field: 'topology.kind', description: `${kind} is no topology` });
  if (center !== '') found.push(...given(idViolation('topology.center', center)));
  if (edges.length > MAX_EDGES) {
    found.push({
      field: 'topology.edges',
      description: `must have at most ${MAX_EDGES} elements, has ${edges.length}`,
    });
  }
  if (kind === TopologyKind.CUSTOM && edges.length === 0) {
    found.push({ field: 'topology.edges', description: 'a custom topology has at least one' });
  }
  for (const [index, { from, to, probability = 1 }] of edges.slice(0, MAX_EDGES).entries()) {
    const place = `topology.edges[${index}]`;
    found.push(...given(idViolation(`${place}.from`, from)), ...given(idViolation(`${place}.to`, to)));
    if (from === to) found.push({ field: place, description: 'leads from an island to itself' });
    if (!(probability > 0 && probability <= 1)) {
      found.push({
        field: `${place}.probability`,
        description: `must be above 0 and at most 1, is ${probability}`,
      });
    }
  }
  return found;
}

export function policyViolations({ selection, replacement, ttl }: MigrationPolicy): Violation[] {
  const found: Violation[] = [];
  if (!isOneOf(SelectionKind, selection)) {
    found.push({ field: 'policy.selection', description: `${selection} is no selection` });
  }
  if (!isOneOf(ReplacementKind, replacement)) {
    found.push({ field: 'policy.replacement', description: `${replacement} is no replacement` });
  }
  const ttlMs = ttl ? durationMs(ttl) : DEFAULT_TTL_MS;
  if (!(ttlMs >= 1_000 && ttlMs <= MAX_TTL_MS)) {
    found.push({ field: 'policy.ttl', description: 'must be from 1 second to 1 day' });
  }
  return found;
}

export function scheduleViolations({ interval, count, populations }: MigrationSchedule): Violation[] {
  const found: Violation[] = [];
  if (interval && durationMs(interval) < MIN_INTERVAL_MS) {
    found.push({ field: 'schedule.interval', description: `must be at least ${MIN_INTERVAL_MS} ms` });
  }
  if (count > MAX_COUNT) {
    found.push({ field: 'schedule.count', description: `must be at most ${MAX_COUNT}, is ${count}` });
  }
  for (const [index, population] of populations.entries()) {
    found.push(...given(idViolation(`schedule.populations[${index}]`, population)));
  }
  return found;
}

function given(violation: Violation | undefined): Violation[] {
  return violation ? [violation] : [];
}

/** Newer peers may send what this version does not know. */
function isOneOf(values: Readonly<Record<string, number>>, value: number): boolean {
  return Object.values(values).includes(value);
}
