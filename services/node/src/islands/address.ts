import { hostname } from 'node:os';
import { isIP, isIPv6 } from 'node:net';

/** Where others reach a node; without a port, on the one that it listens on. */
export type Announced = { host: string; port: number | undefined };

/** What a host listens on to be reached by any of its addresses, which is none of them. */
const ALL_INTERFACES = new Set(['0.0.0.0', '::']);

const LARGEST_PORT = 65_535;

/** "HOST", "HOST:PORT" or "[IPV6]:PORT". For `EnvReader.parsed`. @throws Error that says what is wrong. */
export function parseAnnounced(text: string): Announced {
  if (isIP(text) !== 0) return { host: text, port: undefined };
  const [, ipv6, name, digits] = /^(?:\[([^\]]+)\]|([^:/\s[\]]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = ipv6 ?? name;
  if (host === undefined || (ipv6 !== undefined && !isIPv6(ipv6))) {
    throw new Error(`must be a host, with or without ":" and a port, is "${text}"`);
  }
  const port = digits === undefined ? undefined : Number(digits);
  if (port === 0 || (port ?? 0) > LARGEST_PORT)
    throw new Error(`has no port from 1 to ${LARGEST_PORT}: "${text}"`);
  return { host, port };
}

/** The address to announce for a node that listens there. */
export function announcedAddress(
  listening: { host: string; port: number },
  announced: Announced | undefined,
): string {
  const host = announced?.host ?? (ALL_INTERFACES.has(listening.host) ? hostname() : listening.host);
  const port = announced?.port ?? listening.port;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
