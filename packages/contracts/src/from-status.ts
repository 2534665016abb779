import { fromBinary } from '@bufbuild/protobuf';
import type { Any, Duration } from '@bufbuild/protobuf/wkt';
import type { StatusObject } from '@grpc/grpc-js';
import { type ErrorDetails, PetriError } from '@petri/core';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  QuotaFailureSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from './gen/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from './gen/google/rpc/status_pb.ts';
import { fromGrpcCode } from './status-code.ts';
import { STATUS_DETAILS_TRAILER } from './to-status.ts';

/**
 * What a call failed with, as a PetriError: a gRPC status with everything its details say, or any other
 * thrown value as `PetriError.from` sees it. What cannot be decoded is left out. The original is the `cause`.
 */
export function fromStatus(thrown: unknown): PetriError {
  if (!isStatus(thrown)) return PetriError.from(thrown);
  return new PetriError(fromGrpcCode(thrown.code), thrown.details, {
    ...decodeTrailer(thrown.metadata?.get(STATUS_DETAILS_TRAILER)[0]),
    cause: thrown,
  });
}

/** The PetriError of a failure that came as part of an answer. */
export function fromRpcStatus({ code, message, details }: Status): PetriError {
  return new PetriError(fromGrpcCode(code), message, decodeDetails(details));
}

function isStatus(thrown: unknown): thrown is StatusObject {
  const candidate = thrown as Partial<StatusObject> | null | undefined;
  return typeof candidate?.code === 'number' && typeof candidate.details === 'string';
}

function decodeTrailer(trailer: string | Buffer | undefined): ErrorDetails {
  if (!Buffer.isBuffer(trailer)) return {};
  try {
    return decodeDetails(fromBinary(StatusSchema, trailer).details);
  } catch {
    return {}; // the status itself still stands
  }
}

function decodeDetails(details: readonly Any[]): ErrorDetails {
  const found: ErrorDetails = {};
  for (const any of details) {
    try {
      decodeDetail(any, found);
    } catch {
      // the others still stand
    }
  }
  return found;
}

function decodeDetail(any: Any, found: ErrorDetails): void {
  const typeName = any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1);
  switch (typeName) {
    case ErrorInfoSchema.typeName: {
      const { reason, metadata } = fromBinary(ErrorInfoSchema, any.value);
      Object.assign(found, { reason, metadata });
      break;
    }
    case BadRequestSchema.typeName: {
      const { fieldViolations } = fromBinary(BadRequestSchema, any.value);
      found.violations = fieldViolations.map(({ field, description, reason }) =>
        reason === '' ? { field, description } : { field, description, reason },
      );
      break;
    }
    case ResourceInfoSchema.typeName: {
      const { resourceType, resourceName } = fromBinary(ResourceInfoSchema, any.value);
      found.resource = { type: resourceType, name: resourceName };
      break;
    }
    case QuotaFailureSchema.typeName: {
      const { violations } = fromBinary(QuotaFailureSchema, any.value);
      found.quotas = violations.map(({ subject, description }) => ({ subject, description }));
      break;
    }
    case RetryInfoSchema.typeName: {
      const { retryDelay } = fromBinary(RetryInfoSchema, any.value);
      if (retryDelay) found.retryAfterMs = toMs(retryDelay);
      break;
    }
    default:
      found.attached = [...(found.attached ?? []), { typeName, bytes: any.value }];
  }
}

function toMs({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1_000_000;
}
