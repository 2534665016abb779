import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { type CallOptions as GrpcCallOptions, type Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { PetriError } from '@petri/core';
import { fromStatus } from './from-status.ts';
import { pump } from './pump.ts';
import { decoder, encoder, pathOf } from './service-definition.ts';
import { sendTrace } from './trace-context.ts';

type Method = Pick<DescMethod, 'methodKind' | 'input' | 'output'>;
type Request<M extends Method> = MessageInitShape<M['input']>;
type Response<M extends Method> = MessageShape<M['output']>;

export type CallOptions = {
  /** Cancels the call when it aborts. */
  signal?: AbortSignal | undefined;
  /** How long to wait for the end of the call, in milliseconds. */
  timeoutMs?: number | undefined;
  /** When to stop waiting, in milliseconds since the epoch; the earlier of this and `timeoutMs` counts. */
  deadline?: number | undefined;
  /** Sent as headers. */
  metadata?: Metadata | Readonly<Record<string, string>> | undefined;
};

type ClientMethod<M extends Method> = M['methodKind'] extends 'unary'
  ? (request: Request<M>, options?: CallOptions) => Promise<Response<M>>
  : M['methodKind'] extends 'client_streaming'
    ? (requests: AsyncIterable<Request<M>>, options?: CallOptions) => Promise<Response<M>>
    : (request: Request<M>, options?: CallOptions) => AsyncGenerator<Response<M>, void, void>;

type Supported<M extends Method, K> = M['methodKind'] extends 'bidi_streaming' ? never : K;

/** Methods that stream both ways are left out. Every other rejects with a PetriError of all the server sent. */
export type ServiceClient<S extends DescService> = {
  readonly [K in keyof S['method'] as Supported<S['method'][K], K>]: ClientMethod<S['method'][K]>;
};

/**
 * A typed client over a grpc-js Client, which stays the caller's to close. A streaming call begins with the
 * first `next()`, reads only as fast as it is iterated, and is cancelled when the loop is left early. Requests are pulled
 * only as fast as the server reads, no more once it has answered; what their source throws cancels the call, and is thrown.
 */
export function createServiceClient<S extends DescService>(service: S, client: Client): ServiceClient<S> {
  const methods: Record<string, unknown> = {};
  for (const method of service.methods) {
    if (method.methodKind === 'unary') methods[method.localName] = unary(method, client);
    if (method.methodKind === 'client_streaming') methods[method.localName] = clientStreaming(method, client);
    if (method.methodKind === 'server_streaming') methods[method.localName] = serverStreaming(method, client);
  }
  return methods as ServiceClient<S>;
}

function unary(method: DescMethod, client: Client) {
  const [path, encode, decode] = [pathOf(method), requestEncoder(method), decoder(method.output)];
  return (request: object, options: CallOptions = {}): Promise<object> =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted) return reject(fromStatus(signal.reason));
      const cancel = () => call.cancel();
      const done = (error: ServiceError | null, response?: object) => {
        signal?.removeEventListener('abort', cancel);
        if (error) reject(fromStatus(error));
        else resolve(response!);
      };
      const bytes = encode(request);
      const call = client.makeUnaryRequest(
        path,
        identity,
        decode,
        bytes,
        headers(options),
        grpcOptions(options),
        done,
      );
      signal?.addEventListener('abort', cancel, { once: true });
    });
}

function clientStreaming(method: DescMethod, client: Client) {
  const [path, encode, decode] = [pathOf(method), requestEncoder(method), decoder(method.output)];
  return (requests: AsyncIterable<object>, options: CallOptions = {}): Promise<object> =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted) return reject(fromStatus(signal.reason));
      const over = new AbortController();
      const cancel = () => call.cancel();
      const done = (error: ServiceError | null, response?: object) => {
        signal?.removeEventListener('abort', cancel);
        over.abort();
        if (error) reject(fromStatus(error));
        else resolve(response!);
      };
      const call = client.makeClientStreamRequest(
        path,
        identity,
        decode,
        headers(options),
        grpcOptions(options),
        done,
      );
      signal?.addEventListener('abort', cancel, { once: true });
      pump(requests, call, encode, over.signal).then(
        () => call.end(),
        (thrown: unknown) => {
          if (over.signal.aborted) return; // it was answered before it was asked in full
          reject(thrown);
          call.cancel();
        },
      );
    });
}

function serverStreaming(method: DescMethod, client: Client) {
  const [path, encode, decode] = [pathOf(method), requestEncoder(method), decoder(method.output)];
  return async function* (request: object, options: CallOptions = {}): AsyncGenerator<object, void, void> {
    const { signal } = options;
    if (signal?.aborted) throw fromStatus(signal.reason);
    const bytes = encode(request);
    const call = client.makeServerStreamRequest(
      path,
      identity,
      decode,
      bytes,
      headers(options),
      grpcOptions(options),
    );
    const cancel = () => call.cancel();
    call.on('error', () => undefined); // a cancelled call reports that after its iterator is gone
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      yield* call;
    } catch (thrown) {
      throw fromStatus(thrown);
    } finally {
      signal?.removeEventListener('abort', cancel);
      cancel(); // without effect on a call that is over
    }
  };
}

/** @throws PetriError `invalid_argument` naming the field, for a value that the type system let pass. */
function requestEncoder(method: DescMethod): (request: object) => Buffer {
  const encode = encoder(method.input) as (request: object) => Buffer;
  return (request) => {
    try {
      return encode(request);
    } catch (cause) {
      throw new PetriError('invalid_argument', (cause as Error).message, { cause });
    }
  };
}

const identity = (bytes: Buffer) => bytes;

function headers({ metadata }: CallOptions): Metadata {
  const sent = metadata instanceof Metadata ? metadata.clone() : new Metadata();
  if (!(metadata instanceof Metadata))
    for (const [name, value] of Object.entries(metadata ?? {})) sent.set(name, value);
  sendTrace(sent);
  return sent;
}

function grpcOptions({ timeoutMs, deadline }: CallOptions): GrpcCallOptions {
  const latest = Math.min(deadline ?? Infinity, timeoutMs === undefined ? Infinity : Date.now() + timeoutMs);
  return latest === Infinity ? {} : { deadline: latest };
}
