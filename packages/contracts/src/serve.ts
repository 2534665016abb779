import type { Duplex } from 'node:stream';
import type { DescMessage, DescMethod, MessageInitShape } from '@bufbuild/protobuf';
import type { sendUnaryData, UntypedHandleCall } from '@grpc/grpc-js';
import { invalid, PetriError } from '@petri/core';
import { CallContext, type SurfaceCall } from './call-context.ts';
import type { ImplementOptions } from './implement.ts';
import { incoming, pump } from './pump.ts';
import { answersOnce, decoder, encoder, pathOf } from './service-definition.ts';
import { toStatus } from './to-status.ts';

type Init = MessageInitShape<DescMessage>;

/** A handler whose types have been checked where it was given. */
export type UntypedHandler = (input: object, context: CallContext) => Promise<Init> & AsyncIterable<Init>;

/** What the four kinds of grpc-js calls offer; each kind has only the sides that its method has. */
type AnyCall = SurfaceCall & Duplex & { request: Buffer };

/** The grpc-js function that serves one method. It answers with encoded messages. */
export function serve(
  method: DescMethod,
  handler: UntypedHandler,
  options: ImplementOptions,
): UntypedHandleCall {
  const { before, onInternalError } = options;
  const path = pathOf(method);
  const encode = encoder(method.output);
  const readsStream = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
  const decode = decoder(method.input);
  const inputOf = (call: AnyCall, context: CallContext) =>
    readsStream
      ? incoming(call, (bytes) => decoded(decode, bytes), context.signal)
      : decoded(decode, call.request);

  const failure = (thrown: unknown, context: CallContext) => {
    const error = PetriError.from(thrown);
    if (error.code === 'internal') onInternalError?.(error, context);
    context.settle();
    return toStatus(error);
  };

  const answer = async (call: AnyCall, callback: sendUnaryData<Buffer>): Promise<void> => {
    const context = new CallContext(path, call);
    try {
      if (before) await before(context);
      const bytes = encode(await handler(inputOf(call, context), context));
      context.settle();
      callback(null, bytes);
    } catch (thrown) {
      callback(failure(thrown, context));
    }
  };

  const stream = async (call: AnyCall): Promise<void> => {
    const context = new CallContext(path, call);
    try {
      if (before) await before(context);
      await pump(handler(inputOf(call, context), context), call, encode, context.signal);
      context.settle();
      call.end();
    } catch (thrown) {
      call.emit('error', failure(thrown, context));
    }
  };

  return (answersOnce(method) ? answer : stream) as unknown as UntypedHandleCall;
}

function decoded(decode: (bytes: Buffer) => object, bytes: Buffer): object {
  try {
    return decode(bytes);
  } catch (cause) {
    const description = `the message cannot be decoded: ${(cause as Error).message}`;
    throw invalid([{ field: '', description }], { reason: 'MALFORMED_REQUEST', cause });
  }
}
