import { hostname } from 'node:os';
import { EnvReader, idViolation } from '@petri/core';
import { type ArchipelagoConfig, archipelagoVariables, readArchipelago } from '@petri/islands';
import { type EndpointConfig, endpointVariables, readEndpoint } from '@petri/serving';
import { LOG_VARIABLES, type LogConfig, readLog } from '@petri/telemetry';

export type CoordinatorConfig = EndpointConfig &
  ArchipelagoConfig & {
    /** Shown as the leader. */
    id: string;
    /** Duration of the lease, in milliseconds. */
    leaseMs: number;
    /** Default: text, from `info` on. */
    log?: LogConfig;
  };

/** One before the nodes', so that both may run on one machine. */
const PORT = 50050;

/** What each variable means, for `--help`. */
export const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ...endpointVariables(PORT),
  ['PETRI_COORDINATOR', "id of this coordinator in the archipelago (the machine's name)"],
  ['PETRI_LEASE_MS', 'how long a leader that is gone holds up the next, the same everywhere (5000)'],
  ...archipelagoVariables('required'),
  ...LOG_VARIABLES,
];

/** @throws PetriError naming every variable that is wrong. */
export function loadConfig(env: EnvReader = new EnvReader()): CoordinatorConfig {
  const id = env.string('PETRI_COORDINATOR', defaultId());
  const config: CoordinatorConfig = {
    ...readEndpoint(env, PORT),
    id,
    leaseMs: env.int('PETRI_LEASE_MS', 5_000, { min: 50, max: 600_000 }),
    ...readArchipelago(env),
    log: readLog(env),
  };
  const violation = idViolation('PETRI_COORDINATOR', id);
  if (violation) env.refuse('PETRI_COORDINATOR', violation.description);
  if (config.natsServers.length === 0)
    env.refuse('PETRI_NATS_SERVERS', 'is required: a coordinator finds its nodes there');
  env.done();
  return config;
}

function defaultId(): string {
  const name = hostname();
  return idViolation('coordinator', name) ? 'coordinator' : name;
}
