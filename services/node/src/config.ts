import { availableParallelism } from 'node:os';
import { EnvReader } from '@petri/core';
import { type EndpointConfig, endpointVariables, readEndpoint } from '@petri/serving';
import { LOG_VARIABLES, type LogConfig, readLog } from '@petri/telemetry';
import { GARBAGE_VARIABLES, type GarbageConfig, readGarbage } from './garbage/settings.ts';
import { readTenants, TENANT_VARIABLES, type TenantsConfig } from './tenants/settings.ts';
import { type IslandsConfig, ISLAND_VARIABLES, readIslands } from './islands/settings.ts';
import { METRICS_VARIABLES, readNamed } from './metrics/settings.ts';

export type NodeConfig = EndpointConfig & {
  /** Worker processes that take runs. */
  workers: number;
  /** Warm workers that replace those that are lost. */
  spares: number;
  /** Sandboxes a worker holds built; others are hibernated. Default: what memory there is for. */
  residentsPerWorker?: number | undefined;
  /** Largest checkpoint of a population that is imported, in bytes. Default 4 GiB. */
  maxCheckpointBytes?: number;
  /** Events kept for watchers that are slow or away: so many runs, and so many others. Default 16,384. */
  eventsKept?: number;
  /** Default: text, from `info` on. */
  log?: LogConfig;
  /** Where sandboxes outlive the node. Default: nowhere, everything is in memory. */
  dataDirectory?: string | undefined;
  /** Default: garbage is collected only when somebody asks. */
  garbage?: GarbageConfig;
  /** Default: no tenant has a quota. */
  tenants?: TenantsConfig;
  /** Default: one island, alone. */
  islands?: IslandsConfig;
  /** Populations that metrics may name. Default: none. */
  namedPopulations?: readonly string[];
};

/** That of the gRPC project's own examples. */
const PORT = 50051;

const MiB = 1024 * 1024;
/** A hundred thousand sandboxes of 40 KB. It waits on the disk, four of them at once at most, until it was checked. */
export const DEFAULT_CHECKPOINT_BYTES = 4096 * MiB;

/** What each variable means, for `--help`. */
export const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ...endpointVariables(PORT),
  ['PETRI_WORKERS', 'worker processes (one for each core)'],
  ['PETRI_SPARES', 'warm workers that replace lost ones (1)'],
  ['PETRI_RESIDENTS_PER_WORKER', 'sandboxes a worker holds built, others are hibernated (as memory allows)'],
  ['PETRI_MAX_CHECKPOINT_BYTES', 'largest checkpoint of a population that is imported (4294967296)'],
  ['PETRI_EVENTS_KEPT', 'events kept for watchers that are slow or away, of runs and of others each (16384)'],
  ['PETRI_DATA_DIR', 'directory that sandboxes are kept in, made if need be (none: in memory alone)'],
  ...GARBAGE_VARIABLES,
  ...TENANT_VARIABLES,
  ...ISLAND_VARIABLES,
  ...METRICS_VARIABLES,
  ...LOG_VARIABLES,
];

/** @throws PetriError naming every variable that is wrong. */
export function loadConfig(env: EnvReader = new EnvReader()): NodeConfig {
  const config: NodeConfig = {
    ...readEndpoint(env, PORT),
    workers: env.int('PETRI_WORKERS', availableParallelism(), { min: 1, max: 1024 }),
    spares: env.int('PETRI_SPARES', 1, { min: 0, max: 64 }),
    // About nine mappings each, of which Linux grants a process 65,530 unless told otherwise.
    residentsPerWorker: env.int('PETRI_RESIDENTS_PER_WORKER', undefined, { min: 1, max: 100_000 }),
    maxCheckpointBytes: env.int('PETRI_MAX_CHECKPOINT_BYTES', DEFAULT_CHECKPOINT_BYTES, {
      min: MiB,
      max: Number.MAX_SAFE_INTEGER,
    }),
    // About 5 MB of runs at most, while they are watched.
    eventsKept: env.int('PETRI_EVENTS_KEPT', 16_384, { min: 16, max: 10_000_000 }),
    dataDirectory: env.string('PETRI_DATA_DIR', undefined),
    garbage: readGarbage(env),
    tenants: readTenants(env),
    islands: readIslands(env),
    namedPopulations: readNamed(env),
    log: readLog(env),
  };
  env.done();
  return config;
}
