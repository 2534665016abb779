import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type EnvReader, idViolation } from '@petri/core';

export type IslandsConfig = {
  /** Id of this node in the archipelago. */
  node: string;
  /** Its islands. */
  islands: readonly string[];
  /** Time between beats, in milliseconds. */
  beatMs: number;
  /** Duration of the coordinators' lease, in milliseconds; 0 for a node that does not want to lead. */
  leaseMs: number;
  /** Servers of NATS; empty for islands of this process alone. */
  natsServers: readonly string[];
  natsUser: string;
  natsPassword: string;
  /** A PEM file. */
  natsCaFile: string | undefined;
  natsReplicas: 1 | 3;
  /** What migrants are signed with. Undefined: they are not, and need not be. */
  migrantKey: string | undefined;
};

export const ISLAND_VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ['PETRI_NODE', "id of this node in the archipelago (the machine's name)"],
  ['PETRI_ISLANDS', 'ids of its islands, comma-separated (the node)'],
  ['PETRI_BEAT_MS', 'time between signs of life (1000)'],
  ['PETRI_LEASE_MS', 'how long a leader that is gone holds up the next; 0: do not lead (5000)'],
  ['PETRI_NATS_SERVERS', 'such as nats://nats:4222, comma-separated (none: islands of this process alone)'],
  ['PETRI_NATS_USER', 'user (none)'],
  ['PETRI_NATS_PASSWORD_FILE', "file with the user's password (none)"],
  ['PETRI_NATS_CA_FILE', 'PEM file of who vouches for the servers; makes the connection TLS (none)'],
  ['PETRI_NATS_REPLICAS', 'copies of streams and buckets, 1 or 3 (1)'],
  [
    'PETRI_MIGRANT_KEY_FILE',
    'file with the key that migrants are signed with; unsigned ones are refused (none)',
  ],
];

export function readIslands(env: EnvReader): IslandsConfig {
  const node = env.string('PETRI_NODE', defaultNode());
  const islands = env.list('PETRI_ISLANDS', [node]);
  requireIds(env, 'PETRI_NODE', [node]);
  requireIds(env, 'PETRI_ISLANDS', islands);
  return {
    node,
    islands,
    beatMs: env.int('PETRI_BEAT_MS', 1_000, { min: 10, max: 60_000 }),
    leaseMs: env.int('PETRI_LEASE_MS', 5_000, { min: 0, max: 600_000 }),
    natsServers: env.list('PETRI_NATS_SERVERS', []),
    natsUser: env.string('PETRI_NATS_USER', ''),
    natsPassword: env.parsed('PETRI_NATS_PASSWORD_FILE', content, ''),
    natsCaFile: env.string('PETRI_NATS_CA_FILE', undefined),
    natsReplicas: env.oneOf('PETRI_NATS_REPLICAS', ['1', '3'], '1') === '3' ? 3 : 1,
    migrantKey: env.parsed('PETRI_MIGRANT_KEY_FILE', content, undefined),
  };
}

function requireIds(env: EnvReader, name: string, ids: readonly string[]): void {
  for (const id of ids) {
    const violation = idViolation(name, id);
    if (violation) env.refuse(name, violation.description);
  }
}

/** For nodes of tests and of programs. */
export const ALONE: IslandsConfig = {
  node: 'local',
  islands: ['local'],
  beatMs: 1_000,
  leaseMs: 5_000,
  natsServers: [],
  natsUser: '',
  natsPassword: '',
  natsCaFile: undefined,
  natsReplicas: 1,
  migrantKey: undefined,
};

function defaultNode(): string {
  const name = hostname();
  return idViolation('node', name) ? 'node' : name;
}

function content(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Error(`cannot be read: ${(cause as Error).message}`, { cause });
  }
}
