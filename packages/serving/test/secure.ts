/** Endpoints that ask who calls. Every RPC of theirs answers with nothing. */
import type { DescService } from '@bufbuild/protobuf';
import type { Handlers } from '@petri/contracts';
import {
  AdminService,
  ArchipelagoService,
  EventService,
  PopulationService,
  SandboxService,
} from '@petri/contracts/v1';
import { type PetriError, systemClock } from '@petri/core';
import { OPEN_TO_LOOPBACK, type SecurityConfig } from '../src/auth/settings.ts';
import { parseTokenList } from '../src/auth/tokens.ts';
import { Endpoint } from '../src/endpoint.ts';
import type { EndpointConfig } from '../src/settings.ts';

/** A token for each role. */
export const TOKENS = {
  reader: 'reader-token-0123456789',
  operator: 'operator-token-0123456789',
  admin: 'admin-token-0123456789',
};

export const THREE_ROLES = parseTokenList(
  Object.entries(TOKENS)
    .map(([role, token]) => `the-${role}:${role}:${token}`)
    .join(),
);

export const CONFIG: EndpointConfig = {
  host: '127.0.0.1',
  port: 0,
  drainTimeoutMs: 5_000,
  maxMessageBytes: 8 * 1024 * 1024,
  readyJson: false,
};

export const SERVICES = [SandboxService, PopulationService, ArchipelagoService, EventService, AdminService];

export type TestEndpoint = AsyncDisposable & {
  endpoint: Endpoint;
  address: string;
  port: number;
  /** Errors that went out as INTERNAL. */
  internal: PetriError[];
};

export async function secureEndpoint(
  security: Partial<SecurityConfig>,
  services: readonly DescService[] = SERVICES,
): Promise<TestEndpoint> {
  const internal: PetriError[] = [];
  const endpoint = await Endpoint.open(
    { ...CONFIG, security: { ...OPEN_TO_LOOPBACK, ...security } },
    {
      kind: 'node',
      version: '0.0.0',
      services,
      clock: systemClock,
      onInternalError: (error) => void internal.push(error),
      onTrouble: () => undefined,
      onNews: () => undefined,
      onServed: () => undefined,
    },
  );
  for (const service of services) endpoint.serve(service, nothing(service));
  const served = await endpoint.listen();
  return { ...served, endpoint, internal, [Symbol.asyncDispose]: () => endpoint.close() };
}

/** An empty answer to whatever is asked. */
function nothing<S extends DescService>({ methods }: S): Handlers<S> {
  const handlers = methods.map(({ localName, methodKind }) => [
    localName,
    methodKind === 'unary' ? () => ({}) : async function* () {},
  ]);
  return Object.fromEntries(handlers) as Handlers<S>;
}
