import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack, type Duration } from '@bufbuild/protobuf/wkt';
import type { StatusObject } from '@grpc/grpc-js';
import { type ErrorDetails, PetriError } from '@petri/core';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from './gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from './gen/google/rpc/status_pb.ts';
import { fromGrpcCode } from './status-code.ts';
import { STATUS_DETAILS_TRAILER } from './to-status.ts';

/**
 * What a call failed with, as a PetriError: a gRPC status with everything its details say, or any other
 * thrown value as `PetriError.from` sees it. What cannot be decoded is left out. The original is the `cause`.
 */
export function fromStatus(thrown: unknown): PetriError {
  if (!isStatus(thrown)) return PetriError.from(thrown);
  return new PetriError(fromGrpcCode(thrown.code), thrown.details, {
    ...decodeDetails(thrown.metadata?.get(STATUS_DETAILS_TRAILER)[0]),
    cause: thrown,
  });
}

function isStatus(thrown: unknown): thrown is StatusObject {
  const candidate = thrown as Partial<StatusObject> | null | undefined;
  return typeof candidate?.code === 'number' && typeof candidate.details === 'string';
}

function decodeDetails(trailer: string | Buffer | undefined): ErrorDetails {
  if (!Buffer.isBuffer(trailer)) return {};
  const found: ErrorDetails = {};
  try {
    for (const any of fromBinary(StatusSchema, trailer).details) {
      const info = anyUnpack(any, ErrorInfoSchema);
      if (info) Object.assign(found, { reason: info.reason, metadata: info.metadata });
      const badRequest = anyUnpack(any, BadRequestSchema);
      if (badRequest) {
        found.violations = badRequest.fieldViolations.map(({ field, description }) => ({
          field,
          description,
        }));
      }
      const resource = anyUnpack(any, ResourceInfoSchema);
      if (resource) found.resource = { type: resource.resourceType, name: resource.resourceName };
      const retry = anyUnpack(any, RetryInfoSchema);
      if (retry?.retryDelay) found.retryAfterMs = toMs(retry.retryDelay);
    }
  } catch {
    // the status itself still stands
  }
  return found;
}

function toMs({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1_000_000;
}
