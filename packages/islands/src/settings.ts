import { readFileSync } from 'node:fs';
import type { EnvReader } from '@petri/core';
import { InProcessHub } from './transport/in-process.ts';
import { connectNats } from './transport/nats.ts';
import type { Transport } from './transport/transport.ts';

/** What all who take part in an archipelago agree on. */
export type ArchipelagoConfig = {
  /** Time between beats, in milliseconds. */
  beatMs: number;
  /** Servers of NATS; empty for islands of this process alone. */
  natsServers: readonly string[];
  natsUser: string;
  natsPassword: string;
  /** Content of a file that NATS calls creds; empty if there is none. */
  natsCredentials: string;
  /** A PEM file. */
  natsCaFile: string | undefined;
  natsReplicas: 1 | 3;
};

type Variable = readonly [name: string, meaning: string];

/** What each variable means, for `--help`. `without` says what it is to have no NATS. */
export function archipelagoVariables(without: string): readonly Variable[] {
  return [
    ['PETRI_BEAT_MS', 'time between signs of life, the same everywhere (1000)'],
    ['PETRI_NATS_SERVERS', `such as nats://nats:4222, comma-separated (${without})`],
    ['PETRI_NATS_USER', 'user (none)'],
    ['PETRI_NATS_PASSWORD_FILE', "file with the user's password (none)"],
    [
      'PETRI_NATS_CREDENTIALS_FILE',
      'file with an identity, key and all, instead of user and password (none)',
    ],
    ['PETRI_NATS_CA_FILE', 'PEM file of who vouches for the servers; makes the connection TLS (none)'],
    ['PETRI_NATS_REPLICAS', 'copies of streams and buckets, 1 or 3 (1)'],
  ];
}

export function readArchipelago(env: EnvReader): ArchipelagoConfig {
  return {
    beatMs: env.int('PETRI_BEAT_MS', 1_000, { min: 10, max: 60_000 }),
    natsServers: env.list('PETRI_NATS_SERVERS', []),
    natsUser: env.string('PETRI_NATS_USER', ''),
    natsPassword: env.parsed('PETRI_NATS_PASSWORD_FILE', fileContent, ''),
    natsCredentials: env.parsed('PETRI_NATS_CREDENTIALS_FILE', fileContent, ''),
    natsCaFile: env.string('PETRI_NATS_CA_FILE', undefined),
    natsReplicas: env.oneOf('PETRI_NATS_REPLICAS', ['1', '3'], '1') === '3' ? 3 : 1,
  };
}

/**
 * `name` is shown by the monitoring of NATS, and has to be that of the credentials, where there are any.
 *
 * @throws PetriError `unavailable` if NATS is configured, and does not answer.
 */
export async function openTransport(config: ArchipelagoConfig, name: string): Promise<Transport> {
  const { natsServers: servers, natsUser, natsPassword, natsCredentials, natsCaFile } = config;
  if (servers.length === 0) return new InProcessHub().connect();
  const user = natsUser === '' ? {} : { user: natsUser, pass: natsPassword };
  const identity = natsCredentials === '' ? {} : { credentials: natsCredentials };
  const tls = natsCaFile === undefined ? {} : { tls: { caFile: natsCaFile } };
  const replicas = config.natsReplicas;
  return connectNats({ servers, name, replicas, security: { ...user, ...identity, ...tls } });
}

/** Without the line's end that editors leave. For `EnvReader.parsed`. @throws Error that says why it cannot be read. */
export function fileContent(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Error(`cannot be read: ${(cause as Error).message}`, { cause });
  }
}
