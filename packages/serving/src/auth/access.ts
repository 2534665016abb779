import type { DescService } from '@bufbuild/protobuf';
import { type Metadata, ServerCredentials, type ServerInterceptor } from '@grpc/grpc-js';
import type { CallContext } from '@petri/contracts';
import type { PetriError } from '@petri/core';
import { Authenticator } from './authenticator.ts';
import { checkExposure } from './exposure.ts';
import { fileError, readSecret } from './files.ts';
import { type Identity, OPEN } from './identity.ts';
import { guard, type Refusal } from './interceptor.ts';
import type { SecurityConfig } from './settings.ts';
import { leastRoles } from './table.ts';
import { tlsCredentials } from './tls.ts';
import { checkedTokens, parseTokenFile, type TokenEntry } from './tokens.ts';

/** Who gets in, and how. */
export type Access = {
  credentials: ServerCredentials;
  interceptors: ServerInterceptor[];
  /** What is insecure, and allowed. */
  warnings: readonly string[];
  /** Who makes a call, for its handler. */
  identityOf: (context: Pick<CallContext, 'metadata'>) => Identity;
};

type Options = {
  host: string;
  /** That are served. */
  services: readonly DescService[];
  now: Date;
  onRefused: (refusal: Refusal) => void;
  onInternalError: (error: PetriError, where: string) => void;
};

/** @throws PetriError with a sentence for an operator, also about what is too insecure for that host. */
export async function openAccess(security: SecurityConfig, options: Options): Promise<Access> {
  const { tls, tokensFile, clientRoles, allowed } = security;
  const tokens = tokensFile === undefined ? security.tokens : await withFile(security.tokens, tokensFile);
  const clientCa = tls?.clientCa !== undefined;
  const setup = { host: options.host, tokens: tokens.length > 0, tls: tls !== undefined, clientCa };
  const warnings = checkExposure(setup, allowed);
  const credentials = tls ? await tlsCredentials(tls, options.now) : ServerCredentials.createInsecure();
  if (tokens.length === 0 && !clientCa)
    return { credentials, interceptors: [], warnings, identityOf: () => OPEN };

  // By the headers of the call: they are what grpc-js hands from an interceptor to the handler.
  const identities = new WeakMap<Metadata, Identity>();
  const interceptor = guard({
    authenticator: new Authenticator(tokens, clientRoles),
    leastRoles: leastRoles(options.services),
    onAdmitted: (metadata, identity) => void identities.set(metadata, identity),
    onRefused: options.onRefused,
    onInternalError: options.onInternalError,
  });
  const identityOf = ({ metadata }: Pick<CallContext, 'metadata'>) => {
    const identity = identities.get(metadata);
    if (!identity) throw new TypeError('a call that was not admitted has no identity');
    return identity;
  };
  return { credentials, interceptors: [interceptor], warnings, identityOf };
}

async function withFile(others: readonly TokenEntry[], path: string): Promise<readonly TokenEntry[]> {
  const text = (await readSecret('PETRI_TOKENS_FILE', path)).toString();
  try {
    const tokens = parseTokenFile(text);
    if (tokens.length === 0) throw new Error('it holds no token');
    return checkedTokens([...others, ...tokens]);
  } catch (thrown) {
    throw fileError('PETRI_TOKENS_FILE', path, `is wrong: ${(thrown as Error).message}`);
  }
}
