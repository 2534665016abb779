import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** Encodes a message or its initialiser; the Buffer is a view, nothing is copied. */
export function encoder<D extends DescMessage>(desc: D): (message: MessageInitShape<D>) => Buffer {
  return (message) => {
    const bytes = toBinary(desc, create(desc, message));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

/** Decodes a message; its `bytes` fields are views of the buffer, which must not be written afterwards. */
export function decoder<D extends DescMessage>(desc: D): (bytes: Uint8Array) => MessageShape<D> {
  // A plain Uint8Array over the same memory, so that `bytes` fields are not Buffers.
  return (bytes) => fromBinary(desc, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** `/petri.v1.SandboxService/Run` */
export function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** Whether a call of the method gets one message, rather than a stream of them. */
export function answersOnce({ methodKind }: Pick<DescMethod, 'methodKind'>): boolean {
  return methodKind === 'unary' || methodKind === 'client_streaming';
}

function methodDefinition(method: DescMethod): MethodDefinition<object, object> {
  return {
    path: pathOf(method),
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: encoder(method.input) as (message: object) => Buffer,
    requestDeserialize: decoder(method.input),
    responseSerialize: encoder(method.output) as (message: object) => Buffer,
    responseDeserialize: decoder(method.output),
    originalName: method.localName,
  };
}

/** A generated service as grpc-js wants it, with methods under their local names (`createSandbox`). */
export function serviceDefinition(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.localName, methodDefinition(method)]));
}
