import { status } from '@grpc/grpc-js';
import type { ErrorCode } from '@petri/core';

const TO_GRPC: Readonly<Record<ErrorCode, status>> = {
  invalid_argument: status.INVALID_ARGUMENT,
  not_found: status.NOT_FOUND,
  already_exists: status.ALREADY_EXISTS,
  failed_precondition: status.FAILED_PRECONDITION,
  aborted: status.ABORTED,
  resource_exhausted: status.RESOURCE_EXHAUSTED,
  deadline_exceeded: status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  unavailable: status.UNAVAILABLE,
  internal: status.INTERNAL,
  unauthenticated: status.UNAUTHENTICATED,
  permission_denied: status.PERMISSION_DENIED,
  data_loss: status.DATA_LOSS,
  unimplemented: status.UNIMPLEMENTED,
};

const FROM_GRPC: ReadonlyMap<number, ErrorCode> = new Map([
  ...Object.entries(TO_GRPC).map(([code, grpc]) => [grpc, code as ErrorCode] as const),
  [status.OUT_OF_RANGE, 'invalid_argument'],
]);

export function toGrpcCode(code: ErrorCode): status {
  return TO_GRPC[code];
}

/** `internal` for UNKNOWN and for numbers that gRPC does not define. */
export function fromGrpcCode(code: number): ErrorCode {
  return FROM_GRPC.get(code) ?? 'internal';
}
