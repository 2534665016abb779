import type { PeerCertificate } from 'node:tls';
import { unauthenticated } from '@petri/core';
import { listedIdentity, namesOf } from './certificates.ts';
import { type Identity, tenantOf } from './identity.ts';
import type { Role } from './roles.ts';
import { findToken, type TokenEntry } from './tokens.ts';

/** What a caller shows to say who it is. */
export type Evidence = {
  /** Values of the `authorization` header. */
  authorization: readonly unknown[];
  /** Verified by the handshake. */
  certificate: PeerCertificate | undefined;
};

/** Of a client certificate, where no list of certificates and no tokens say more. */
const DEFAULT_ROLE: Role = 'operator';

const SCHEME = 'Bearer';

/** How to do better, as HTTP's header of that name tells. */
const HINT = { metadata: { 'www-authenticate': SCHEME } };

/**
 * Finds out who a caller is. A token that is sent is what counts: one that is not known is refused, whatever
 * certificate comes with it.
 */
export class Authenticator {
  readonly #tokens: readonly TokenEntry[];
  readonly #roles: ReadonlyMap<string, Role> | undefined;

  constructor(tokens: readonly TokenEntry[], clientRoles: ReadonlyMap<string, Role> | undefined) {
    this.#tokens = tokens;
    this.#roles = clientRoles;
  }

  /** @throws PetriError `unauthenticated`. */
  identify({ authorization, certificate }: Evidence): Identity {
    if (authorization.length > 0) return this.#byToken(authorization);
    const known = certificate && this.#byCertificate(certificate);
    if (known) return known;
    if (this.#tokens.length > 0)
      throw unauthenticated(
        'TOKEN_MISSING',
        `a token is needed, as "authorization: ${SCHEME} <token>"`,
        HINT,
      );
    throw unauthenticated('CERTIFICATE_WITHOUT_ROLE', 'the client certificate has no role here');
  }

  #byToken(authorization: readonly unknown[]): Identity {
    const [header] = authorization;
    const [scheme, token, ...rest] = typeof header === 'string' ? header.trim().split(/ +/) : [];
    const isOne = authorization.length === 1 && token !== undefined && rest.length === 0;
    if (!isOne || scheme?.toLowerCase() !== SCHEME.toLowerCase())
      throw unauthenticated('TOKEN_MISSING', `the authorization header must be "${SCHEME} <token>"`, HINT);
    const entry = findToken(this.#tokens, token);
    if (!entry) throw unauthenticated('TOKEN_UNKNOWN', 'the token is not known here', HINT);
    return { name: entry.name, tenant: tenantOf(entry.name), role: entry.role, by: 'token' };
  }

  #byCertificate(certificate: PeerCertificate): Identity | undefined {
    if (this.#roles) return listedIdentity(certificate, this.#roles);
    // With tokens, a certificate opens the connection and the token says the role: leaving it out may gain nothing.
    if (this.#tokens.length > 0) return undefined;
    const [name = 'certificate'] = namesOf(certificate);
    // Nobody here wrote that name: that it ends like another's is no reason to share anything.
    return { name, tenant: name, role: DEFAULT_ROLE, by: 'certificate' };
  }
}
