import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { PetriError } from '@petri/core';
import type { CallContext } from './call-context.ts';
import { serve, type UntypedHandler } from './serve.ts';
import { serviceDefinition } from './service-definition.ts';

type Method = Pick<DescMethod, 'methodKind' | 'input' | 'output'>;
type Request<M extends Method> = MessageShape<M['input']>;
type Response<M extends Method> = MessageInitShape<M['output']>;
type Awaitable<T> = T | Promise<T>;

/** The function that serves one method: requests arrive decoded, responses may be initialisers. */
export type Handler<M extends Method> = {
  unary: (request: Request<M>, context: CallContext) => Awaitable<Response<M>>;
  server_streaming: (request: Request<M>, context: CallContext) => AsyncIterable<Response<M>>;
  client_streaming: (requests: AsyncIterable<Request<M>>, context: CallContext) => Awaitable<Response<M>>;
  bidi_streaming: (requests: AsyncIterable<Request<M>>, context: CallContext) => AsyncIterable<Response<M>>;
}[M['methodKind']];

/** A handler for each method of a service, by local name (`createSandbox`). */
export type Handlers<S extends DescService> = { readonly [K in keyof S['method']]: Handler<S['method'][K]> };

export type ImplementOptions = {
  /** Runs before every handler, for authentication and the like; the call fails with what it throws. */
  before?: (context: CallContext) => Awaitable<void>;
  /** Told of each error that goes out as INTERNAL; `error.cause` is what was thrown, if that was no PetriError. */
  onInternalError?: (error: PetriError, context: CallContext) => void;
};

/** Both arguments of `server.addService`. */
export type Implementation = { definition: ServiceDefinition; implementation: UntypedServiceImplementation };

/**
 * A service for grpc-js from typed handlers. What a handler throws reaches the caller as `toStatus` puts it.
 * A stream is pulled only as fast as the caller reads, and is closed (`return()`) when the caller goes away;
 * a handler that waits for anything else must heed `context.signal`.
 */
export function implement<S extends DescService>(
  service: S,
  handlers: Handlers<S>,
  options: ImplementOptions = {},
): Implementation {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const implementation: UntypedServiceImplementation = {};
  const untyped = handlers as unknown as Readonly<Record<string, UntypedHandler>>;
  for (const [name, method] of Object.entries(serviceDefinition(service))) {
    // `serve` encodes responses and decodes requests, so that what cannot be is an error like any other.
    definition[name] = { ...method, requestDeserialize: asIs, responseSerialize: asIs };
    implementation[name] = serve(service.method[name]!, untyped[name]!.bind(handlers), options);
  }
  return { definition, implementation };
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}
