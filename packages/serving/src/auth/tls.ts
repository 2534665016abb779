import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import { failedPrecondition } from '@petri/core';
import { fileError, readConfigured, readSecret } from './files.ts';
import type { TlsFiles } from './settings.ts';

const TOO_OLD = ['TLSv1', 'TLSv1.1'];

const ONE_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Read once: a new certificate needs a restart of the node.
 *
 * @throws PetriError that names the variable, the file and what is wrong.
 */
export async function tlsCredentials(
  { cert, key, clientCa }: TlsFiles,
  now: Date,
): Promise<ServerCredentials> {
  // grpc-js takes Node's default, which is 1.2 unless a flag of the process lowers it.
  if (TOO_OLD.includes(tls.DEFAULT_MIN_VERSION))
    throw failedPrecondition(
      'TLS_TOO_OLD',
      'this process allows TLS before 1.2: drop the flag --tls-min-v1.x',
    );
  const chain = await readConfigured('PETRI_TLS_CERT', cert);
  const certificate = checkCertificates('PETRI_TLS_CERT', cert, chain);
  checkDates('PETRI_TLS_CERT', cert, certificate, now);
  const privateKey = await readSecret('PETRI_TLS_KEY', key);
  if (!certificate.checkPrivateKey(parseKey('PETRI_TLS_KEY', key, privateKey)))
    throw fileError('PETRI_TLS_KEY', key, `does not belong to the certificate in ${cert}`);
  const pair = { cert_chain: chain, private_key: privateKey };
  if (clientCa === undefined) return ServerCredentials.createSsl(null, [pair], false);
  const cas = await readConfigured('PETRI_TLS_CLIENT_CA', clientCa);
  checkCertificates('PETRI_TLS_CLIENT_CA', clientCa, cas);
  return ServerCredentials.createSsl(cas, [pair], true);
}

/** The first of them. */
function checkCertificates(variable: string, path: string, pem: Buffer): X509Certificate {
  const [first] = (pem.toString('latin1').match(ONE_CERTIFICATE) ?? []).map((text) => {
    try {
      return new X509Certificate(text);
    } catch (cause) {
      throw fileError(variable, path, 'holds a certificate that cannot be read', cause);
    }
  });
  if (!first) throw fileError(variable, path, 'holds no PEM certificate');
  return first;
}

function checkDates(
  variable: string,
  path: string,
  { validFromDate, validToDate }: X509Certificate,
  now: Date,
): void {
  if (now > validToDate) throw fileError(variable, path, `expired on ${validToDate.toISOString()}`);
  if (now < validFromDate)
    throw fileError(variable, path, `is not valid before ${validFromDate.toISOString()}`);
}

/** Nothing that OpenSSL says of a key goes into the message. */
function parseKey(variable: string, path: string, pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    if (code === 'ERR_MISSING_PASSPHRASE')
      throw fileError(variable, path, 'is encrypted: Petri needs a key without a passphrase');
    throw fileError(variable, path, 'holds no PEM private key');
  }
}
