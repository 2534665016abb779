import { failedPrecondition, isLoopback } from '@petri/core';
import type { Insecure, SecurityConfig } from './settings.ts';

const DANGERS: Record<Insecure, string> = {
  unauthenticated: 'anyone who reaches it could run code, and delete what is there',
  'plain-text-tokens': 'anyone on the way could read the tokens',
};

const CURES: Record<Insecure, string> = {
  unauthenticated: 'set PETRI_TOKENS_FILE or PETRI_TLS_CLIENT_CA',
  'plain-text-tokens': 'set PETRI_TLS_CERT and PETRI_TLS_KEY',
};

type Setup = { host: string; tokens: boolean; tls: boolean; clientCa: boolean };

/**
 * Sentences about what is insecure and was allowed by name.
 *
 * @throws PetriError `failed_precondition` about what is insecure and was not.
 */
export function checkExposure(setup: Setup, allowed: SecurityConfig['allowed']): string[] {
  const danger = dangerOf(setup);
  if (danger === undefined) return [];
  const what = `${setup.host} is not loopback, and ${DANGERS[danger]}`;
  if (allowed.includes(danger)) return [`${what}; PETRI_ALLOW_INSECURE allows it`];
  const ways = `${CURES[danger]}, or allow it with PETRI_ALLOW_INSECURE=${danger}`;
  throw failedPrecondition('INSECURE', `not listening: ${what}; ${ways}`);
}

function dangerOf({ host, tokens, tls, clientCa }: Setup): Insecure | undefined {
  if (isLoopback(host)) return undefined;
  if (!tokens && !clientCa) return 'unauthenticated';
  return tls ? undefined : 'plain-text-tokens';
}
