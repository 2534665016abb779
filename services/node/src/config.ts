import { availableParallelism } from 'node:os';
import { EnvReader } from '@petri/core';
import { LOG_VARIABLES, type LogConfig, readLog } from '@petri/telemetry';
import { GARBAGE_VARIABLES, type GarbageConfig, readGarbage } from './garbage/settings.ts';
import { readTenants, TENANT_VARIABLES, type TenantsConfig } from './tenants/settings.ts';
import { type IslandsConfig, ISLAND_VARIABLES, readIslands } from './islands/settings.ts';
import { readSecurity, SECURITY_VARIABLES, type SecurityConfig } from './auth/settings.ts';

export type NodeConfig = {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** Worker processes that take runs. */
  workers: number;
  /** Warm workers that replace those that are lost. */
  spares: number;
  /** Sandboxes a worker holds built; others are hibernated. Default: what memory there is for. */
  residentsPerWorker?: number | undefined;
  /** How long calls in flight may take to finish once the node drains, in milliseconds. */
  drainTimeoutMs: number;
  /** Largest message received or sent, in bytes. */
  maxMessageBytes: number;
  /** Whether the line that says that the node is ready is JSON. */
  readyJson: boolean;
  /** Events kept for watchers that are slow or away: so many runs, and so many others. Default 16,384. */
  eventsKept?: number;
  /** Where the audit log is appended to, `-` for standard error. Default: there is none. */
  auditFile?: string | undefined;
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
  /** Default: no TLS and no authentication, which a node offers on loopback only. */
  security?: SecurityConfig;
};

const MiB = 1024 * 1024;

/** What each variable means, for `--help`. */
export const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ['PETRI_HOST', 'address to listen on (127.0.0.1); others need authentication, see below'],
  ['PETRI_PORT', 'port to listen on, 0 for any free one (50051)'],
  ['PETRI_WORKERS', 'worker processes (one for each core)'],
  ['PETRI_SPARES', 'warm workers that replace lost ones (1)'],
  ['PETRI_RESIDENTS_PER_WORKER', 'sandboxes a worker holds built, others are hibernated (as memory allows)'],
  ['PETRI_DRAIN_TIMEOUT_MS', 'how long calls in flight may finish after SIGTERM (25000)'],
  ['PETRI_MAX_MESSAGE_BYTES', 'largest message, received or sent (67108864)'],
  ['PETRI_EVENTS_KEPT', 'events kept for watchers that are slow or away, of runs and of others each (16384)'],
  ['PETRI_DATA_DIR', 'directory that sandboxes are kept in, made if need be (none: in memory alone)'],
  ['PETRI_READY_JSON', 'print the ready line as JSON, as --json does (false)'],
  ['PETRI_AUDIT_FILE', 'who did what, appended as JSON lines; - is standard error (none)'],
  ...GARBAGE_VARIABLES,
  ...TENANT_VARIABLES,
  ...ISLAND_VARIABLES,
  ...SECURITY_VARIABLES,
  ...LOG_VARIABLES,
];

/** @throws PetriError naming every variable that is wrong. */
export function loadConfig(env: EnvReader = new EnvReader()): NodeConfig {
  const config: NodeConfig = {
    host: env.string('PETRI_HOST', '127.0.0.1'),
    // The port of the gRPC project's own examples.
    port: env.int('PETRI_PORT', 50051, { min: 0, max: 65_535 }),
    workers: env.int('PETRI_WORKERS', availableParallelism(), { min: 1, max: 1024 }),
    spares: env.int('PETRI_SPARES', 1, { min: 0, max: 64 }),
    // About nine mappings each, of which Linux grants a process 65,530 unless told otherwise.
    residentsPerWorker: env.int('PETRI_RESIDENTS_PER_WORKER', undefined, { min: 1, max: 100_000 }),
    // Kubernetes kills 30 s after SIGTERM.
    drainTimeoutMs: env.int('PETRI_DRAIN_TIMEOUT_MS', 25_000, { min: 0, max: 3_600_000 }),
    // A batch of 100,000 small entries is about 8 MB. One message is held whole, decoded and encoded.
    maxMessageBytes: env.int('PETRI_MAX_MESSAGE_BYTES', 64 * MiB, { min: MiB, max: 1024 * MiB }),
    // About 5 MB of runs at most, while they are watched.
    eventsKept: env.int('PETRI_EVENTS_KEPT', 16_384, { min: 16, max: 10_000_000 }),
    readyJson: env.boolean('PETRI_READY_JSON', false),
    dataDirectory: env.string('PETRI_DATA_DIR', undefined),
    auditFile: env.string('PETRI_AUDIT_FILE', undefined),
    garbage: readGarbage(env),
    tenants: readTenants(env),
    islands: readIslands(env),
    security: readSecurity(env),
    log: readLog(env),
  };
  env.done();
  return config;
}
