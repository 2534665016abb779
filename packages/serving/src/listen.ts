import { Server, type ServerCredentials, type ServerInterceptor, setLogger } from '@grpc/grpc-js';
import { messageSizeLimit } from '@petri/contracts';
import { unavailable } from '@petri/core';
import type { EndpointConfig } from './settings.ts';

/** A peer that has vanished is found out within a minute, and its calls are cancelled. */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 40_000, 'grpc.keepalive_timeout_ms': 20_000 };

/**
 * Calls under way on one connection; a client's library lets more of them wait. Each costs the node about 12 KiB before
 * its first message is there, and HTTP/2 sets no limit of its own. 1,000 is more than keeps all workers busy.
 */
const STREAMS = { 'grpc.max_concurrent_streams': 1_000 };

export function createServer(
  { maxMessageBytes }: Pick<EndpointConfig, 'maxMessageBytes'>,
  interceptors: ServerInterceptor[],
): Server {
  return new Server({ ...messageSizeLimit(maxMessageBytes), ...KEEPALIVE, ...STREAMS, interceptors });
}

/** The port that was bound. @throws PetriError `unavailable` with a sentence for an operator. */
export function listen(
  server: Server,
  credentials: ServerCredentials,
  { host, port }: Pick<EndpointConfig, 'host' | 'port'>,
): Promise<number> {
  const address = addressOf(host, port);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error) reject(unavailable('CANNOT_LISTEN', `cannot listen on ${address}: ${reasonOf(error)}`));
      else resolve(bound);
    });
  });
}

export function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function reasonOf({ message }: Error): string {
  if (message.includes('EADDRINUSE')) return 'the port is in use; stop what uses it, or set PETRI_PORT';
  if (message.includes('EACCES')) return 'this user may not use the port; choose one above 1023';
  if (message.includes('EADDRNOTAVAIL')) return 'this machine does not have that address; set PETRI_HOST';
  return message;
}

/**
 * The errors that grpc-js prints of its own accord also reach whoever called it; its traces still appear, without the
 * tokens among the headers that they show.
 */
export function silenceGrpc(): void {
  const trace = (...parts: unknown[]) => void process.stderr.write(`${withoutTokens(parts.join(' '))}\n`);
  setLogger({ error: () => undefined, info: trace, debug: trace });
}

function withoutTokens(trace: string): string {
  return trace.replaceAll(/(authorization\W+)[^"'\n]+/gi, '$1(hidden)');
}
