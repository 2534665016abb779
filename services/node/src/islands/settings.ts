import { hostname } from 'node:os';
import { type EnvReader, idViolation } from '@petri/core';
import { type ArchipelagoConfig, archipelagoVariables, fileContent, readArchipelago } from '@petri/islands';
import { requireIds } from '../require-ids.ts';
import { type Announced, parseAnnounced } from './address.ts';

export type IslandsConfig = ArchipelagoConfig & {
  /** Id of this node in the archipelago. */
  node: string;
  /** Its islands. */
  islands: readonly string[];
  /** Where others reach it. Undefined: where it listens. */
  announced: Announced | undefined;
  /** Duration of the coordinators' lease, in milliseconds; 0 for a node that does not want to lead. */
  leaseMs: number;
  /** What migrants are signed with. Undefined: they are not, and need not be. */
  migrantKey: string | undefined;
};

export const ISLAND_VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ['PETRI_NODE', "id of this node in the archipelago (the machine's name)"],
  ['PETRI_ISLANDS', 'ids of its islands, comma-separated (the node)'],
  [
    'PETRI_ADDRESS',
    "where others reach this node, HOST or HOST:PORT (where it listens; on all interfaces, the machine's name)",
  ],
  ['PETRI_LEASE_MS', 'how long a leader that is gone holds up the next; 0: leave it to coordinators (5000)'],
  ...archipelagoVariables('none: islands of this process alone'),
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
    announced: env.parsed('PETRI_ADDRESS', parseAnnounced, undefined),
    ...readArchipelago(env),
    leaseMs: env.int('PETRI_LEASE_MS', 5_000, { min: 0, max: 600_000 }),
    migrantKey: env.parsed('PETRI_MIGRANT_KEY_FILE', fileContent, undefined),
  };
}

/** For nodes of tests and of programs. */
export const ALONE: IslandsConfig = {
  node: 'local',
  islands: ['local'],
  announced: undefined,
  beatMs: 1_000,
  leaseMs: 5_000,
  natsServers: [],
  natsUser: '',
  natsPassword: '',
  natsCredentials: '',
  natsCaFile: undefined,
  natsReplicas: 1,
  migrantKey: undefined,
};

function defaultNode(): string {
  const name = hostname();
  return idViolation('node', name) ? 'node' : name;
}
