import { createSecureContext, type SecureContext } from 'node:tls';
import {
  type ChannelCredentials,
  type ClientOptions,
  credentials,
  InterceptingCall,
  type Interceptor,
} from '@grpc/grpc-js';
import { failedPrecondition, invalid, isLoopback } from '@petri/core';

/** PEM: the text or the bytes of a file, not its path. */
type Pem = string | Buffer;

export type TlsOptions = {
  /** Who signs certificates of nodes. Default: the CAs that come with Node. */
  ca?: Pem;
  /** The client's own certificate with its chain, and its key, for a node that asks for one. Default: none. */
  cert?: Pem;
  key?: Pem;
  /** What the node's certificate must be for. Default: the host of the address. */
  serverName?: string;
};

export type ChannelSettings = {
  /** Of @grpc/grpc-js, for what `tls` cannot express. Not with `tls`. */
  credentials?: ChannelCredentials;
  /** `true` trusts the CAs that come with Node. Default: plain text. */
  tls?: TlsOptions | true;
  /** Sent with every call. Needs TLS, unless the node is on this machine. Default: none. */
  token?: string;
  /** Sends the token as plain text beyond this machine, where anyone on the way can read it. Default: false. */
  allowPlainTextToken?: boolean;
};

/** What a grpc-js Client is made of. */
export type Channel = { credentials: ChannelCredentials; options: ClientOptions };

/** The token68 of RFC 9110. grpc-js would quote any other in an error. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** @throws PetriError about settings that contradict each other or cannot be used; it never tells the token. */
export function channelTo(address: string, settings: ChannelSettings): Channel {
  const { tls, token } = settings;
  if (tls && settings.credentials)
    throw invalid([{ field: 'credentials', description: 'must not be given with tls' }]);
  const chosen = tls ? overTls(tls) : (settings.credentials ?? credentials.createInsecure());
  const serverName = tls && tls !== true ? tls.serverName : undefined;
  const options: ClientOptions =
    serverName === undefined
      ? {}
      : { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName };
  if (token === undefined) return { credentials: chosen, options };

  if (!TOKEN.test(token))
    throw invalid([{ field: 'token', description: 'must be letters, digits and "-._~+/", as in a header' }]);
  if (!chosen._isSecure()) {
    if (!settings.allowPlainTextToken && !staysHere(address))
      throw failedPrecondition(
        'PLAIN_TEXT_TOKEN',
        `the token would go to ${address} as plain text: use tls, or allowPlainTextToken if that is meant`,
      );
    // A proxy out of the environment would be given the token, wherever the node is.
    if (!settings.allowPlainTextToken) options['grpc.enable_http_proxy'] = 0;
  }
  return { credentials: chosen, options: { ...options, interceptors: [bearer(token)] } };
}

/** Not as call credentials: grpc-js takes those over TLS only. */
function bearer(token: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        metadata.set('authorization', `Bearer ${token}`);
        next(metadata, listener);
      },
    });
}

function overTls(tls: TlsOptions | true): ChannelCredentials {
  const { ca, cert, key } = tls === true ? {} : tls;
  if ((cert === undefined) !== (key === undefined))
    throw invalid([{ field: 'tls', description: 'cert and key must be given together' }]);
  return credentials.createFromSecureContext(secureContext({ ca, cert, key }));
}

function secureContext(pem: Record<'ca' | 'cert' | 'key', Pem | undefined>): SecureContext {
  try {
    return createSecureContext({ ...pem, minVersion: 'TLSv1.2' });
  } catch (cause) {
    const description = `cannot be used, are they PEM?: ${(cause as Error).message}`;
    throw invalid([{ field: 'tls', description }], { cause });
  }
}

/** Whether an address, with or without a resolver's scheme and a port, is on this machine. */
function staysHere(address: string): boolean {
  if (/^unix(?:-abstract)?:/.test(address)) return true;
  const target = address.replace(/^(?:dns:(?:\/\/\/)?|ipv4:|ipv6:)/, '');
  return target.split(',').every((part) => isLoopback(hostOf(part)));
}

function hostOf(target: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(target) ?? [];
  if (bracketed !== undefined) return bracketed;
  return /^[^:]*:\d+$/.test(target) ? target.slice(0, target.indexOf(':')) : target;
}
