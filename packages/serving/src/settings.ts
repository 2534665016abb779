import type { EnvReader } from '@petri/core';
import { readSecurity, SECURITY_VARIABLES, type SecurityConfig } from './auth/settings.ts';

/** Where and how a service is served. */
export type EndpointConfig = {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** How long calls in flight may take to finish once the service drains, in milliseconds. */
  drainTimeoutMs: number;
  /** Largest message received or sent, in bytes. */
  maxMessageBytes: number;
  /** Whether the line that says that the service is ready is JSON. */
  readyJson: boolean;
  /** Where the audit log is appended to, `-` for standard error. Default: there is none. */
  auditFile?: string | undefined;
  /** Default: no TLS and no authentication, which is offered on loopback only. */
  security?: SecurityConfig;
};

const MiB = 1024 * 1024;

/** What each variable means, for `--help`. */
export function endpointVariables(port: number): readonly (readonly [name: string, meaning: string])[] {
  return [
    ['PETRI_HOST', 'address to listen on (127.0.0.1); others need authentication, see below'],
    ['PETRI_PORT', `port to listen on, 0 for any free one (${port})`],
    ['PETRI_DRAIN_TIMEOUT_MS', 'how long calls in flight may finish after SIGTERM (25000)'],
    ['PETRI_MAX_MESSAGE_BYTES', 'largest message, received or sent (67108864)'],
    ['PETRI_READY_JSON', 'print the ready line as JSON, as --json does (false)'],
    ['PETRI_AUDIT_FILE', 'who did what, appended as JSON lines; - is standard error (none)'],
    ...SECURITY_VARIABLES,
  ];
}

/** `port` is the one that the service has by default. */
export function readEndpoint(env: EnvReader, port: number): Required<EndpointConfig> {
  return {
    host: env.string('PETRI_HOST', '127.0.0.1'),
    port: env.int('PETRI_PORT', port, { min: 0, max: 65_535 }),
    // Kubernetes kills 30 s after SIGTERM.
    drainTimeoutMs: env.int('PETRI_DRAIN_TIMEOUT_MS', 25_000, { min: 0, max: 3_600_000 }),
    // A batch of 100,000 small entries is about 8 MB. One message is held whole, decoded and encoded.
    maxMessageBytes: env.int('PETRI_MAX_MESSAGE_BYTES', 64 * MiB, { min: MiB, max: 1024 * MiB }),
    readyJson: env.boolean('PETRI_READY_JSON', false),
    auditFile: env.string('PETRI_AUDIT_FILE', undefined),
    security: readSecurity(env),
  };
}
