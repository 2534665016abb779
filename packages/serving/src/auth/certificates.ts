import type { PeerCertificate } from 'node:tls';
import { type Identity, tenantOf } from './identity.ts';
import type { Role } from './roles.ts';

/**
 * The names that a certificate's CA vouches for, URIs first. A common name is left out if there are several, or if it
 * looks like a URI: then the certificate's issuer was to check it as one.
 */
export function namesOf(certificate: PeerCertificate): string[] {
  const commonName: unknown = certificate.subject?.CN;
  const named = typeof commonName === 'string' && commonName !== '' && !commonName.includes('://');
  return [...urisOf(certificate.subjectaltname ?? ''), ...(named ? [commonName] : [])];
}

/** Who a certificate stands for, if it is one of those with a role. */
export function listedIdentity(
  certificate: PeerCertificate,
  roles: ReadonlyMap<string, Role>,
): Identity | undefined {
  for (const name of namesOf(certificate)) {
    const role = roles.get(name);
    if (role !== undefined) return { name, tenant: tenantOf(name), role, by: 'certificate' };
  }
  return undefined;
}

/** Node writes `URI:spiffe://a/b, DNS:c`, and as JSON what contains a comma, a quote or a control character. */
function urisOf(altNames: string): string[] {
  const uris: string[] = [];
  const next = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;
  while (next.lastIndex < altNames.length) {
    const [, kind, text = ''] = next.exec(altNames) ?? [];
    if (kind === undefined) return []; // not understood, so not trusted
    if (kind !== 'URI') continue;
    const uri = text.startsWith('"') ? (JSON.parse(text) as string) : text;
    if (uri.includes('://')) uris.push(uri);
  }
  return uris;
}
