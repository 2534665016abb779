import type { EnvReader } from '@petri/core';
import { isRole, type Role, ROLES } from './roles.ts';
import { parseTokenList, type TokenEntry } from './tokens.ts';

/** What an operator may allow by name that a node refuses otherwise. */
const INSECURE = ['unauthenticated', 'plain-text-tokens'] as const;

export type Insecure = (typeof INSECURE)[number];

/** Paths of PEM files. */
export type TlsFiles = {
  cert: string;
  key: string;
  /** Clients must present a certificate that one of these signed. */
  clientCa?: string | undefined;
};

/** How callers prove who they are, and what protects the connection. */
export type SecurityConfig = {
  /** From the environment; those of the file come on top. */
  tokens: readonly TokenEntry[];
  tokensFile: string | undefined;
  /** Plain text without. */
  tls: TlsFiles | undefined;
  /** Roles of client certificates, by common name or, for names with `://`, by URI. */
  clientRoles: ReadonlyMap<string, Role> | undefined;
  allowed: readonly Insecure[];
};

/** Neither TLS nor authentication, which is for loopback only. */
export const OPEN_TO_LOOPBACK: SecurityConfig = {
  tokens: [],
  tokensFile: undefined,
  tls: undefined,
  clientRoles: undefined,
  allowed: [],
};

export const SECURITY_VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  [
    'PETRI_TOKENS_FILE',
    'file of bearer tokens, a line each: role token [name]; role is reader, operator or admin',
  ],
  [
    'PETRI_TOKENS',
    'more of them: name:role:token,... (a file is safer: other processes may see the environment)',
  ],
  ['PETRI_TLS_CERT', 'PEM file with the certificate and its chain (none: plain text)'],
  ['PETRI_TLS_KEY', 'PEM file with its key'],
  ['PETRI_TLS_CLIENT_CA', 'PEM file with the CAs of client certificates, which are required then (none)'],
  [
    'PETRI_TLS_CLIENT_ROLES',
    'roles of client certificates: name=role,... (without tokens: operator for each)',
  ],
  ['PETRI_ALLOW_INSECURE', `beyond loopback, allow by name: ${INSECURE.join(', ')} (none)`],
];

export function readSecurity(env: EnvReader): SecurityConfig {
  const cert = env.string('PETRI_TLS_CERT', undefined);
  const key = env.string('PETRI_TLS_KEY', undefined);
  const clientCa = env.string('PETRI_TLS_CLIENT_CA', undefined);
  const clientRoles = env.parsed('PETRI_TLS_CLIENT_ROLES', parseClientRoles, undefined);
  const tls = cert !== undefined && key !== undefined ? { cert, key, clientCa } : undefined;
  const some = cert ?? key ?? clientCa;
  if (some !== undefined && cert === undefined) env.refuse('PETRI_TLS_CERT', 'is missing for TLS');
  if (some !== undefined && key === undefined) env.refuse('PETRI_TLS_KEY', 'is missing for TLS');
  if (clientRoles && clientCa === undefined)
    env.refuse('PETRI_TLS_CLIENT_ROLES', 'needs PETRI_TLS_CLIENT_CA: no client certificate is asked for');
  return {
    tokens: env.parsed('PETRI_TOKENS', parseTokenList, []),
    tokensFile: env.string('PETRI_TOKENS_FILE', undefined),
    tls,
    clientRoles,
    allowed: env.parsed('PETRI_ALLOW_INSECURE', parseAllowed, []),
  };
}

function parseClientRoles(text: string): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  for (const item of text.split(',').map((part) => part.trim())) {
    const end = item.lastIndexOf('=');
    const [name, role] = [item.slice(0, Math.max(0, end)).trim(), item.slice(end + 1).trim()];
    if (name === '' || !isRole(role))
      throw new Error(`"${item}" is not name=role with a role of ${ROLES.join(', ')}`);
    if (roles.has(name)) throw new Error(`"${name}" has two roles`);
    roles.set(name, role);
  }
  return roles;
}

function parseAllowed(text: string): Insecure[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    const known = INSECURE.find((candidate) => candidate === name);
    if (known === undefined) throw new Error(`must be some of ${INSECURE.join(', ')}, is "${text}"`);
    return known;
  });
}
