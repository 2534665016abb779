import { create, toBinary } from '@bufbuild/protobuf';
import { type Any, anyPack, AnySchema, DurationSchema } from '@bufbuild/protobuf/wkt';
import { Metadata, type StatusObject } from '@grpc/grpc-js';
import type { Attachment, PetriError, Violation } from '@petri/core';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  QuotaFailureSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from './gen/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from './gen/google/rpc/status_pb.ts';
import { toGrpcCode } from './status-code.ts';

/** The domain of every ErrorInfo that Petri sends. */
export const ERROR_DOMAIN = 'petri';

/** The trailer that carries a google.rpc.Status, as other gRPC libraries expect it. */
export const STATUS_DETAILS_TRAILER = 'grpc-status-details-bin';

// gRPC libraries in other languages drop a response whose trailers pass 8 KiB. The message is sent twice,
// percent-encoded (three times its bytes at worst) and in the details, which base64 makes a third larger.
const MAX_MESSAGE_BYTES = 1024;
const MAX_DETAILS_BYTES = 3 * 1024;

const utf8 = new TextEncoder();

/** The gRPC status of an error, with all that a caller may know in a google.rpc.Status; never the cause. */
export function toStatus(error: PetriError): StatusObject {
  const status = toRpcStatus(error);
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_TRAILER, Buffer.from(toBinary(StatusSchema, status)));
  return { code: status.code, details: status.message, metadata };
}

/** The same as a message, for a failure that stays with an item of an answer. */
export function toRpcStatus(error: PetriError): Status {
  const code = toGrpcCode(error.code);
  const message = clip(error.message, MAX_MESSAGE_BYTES);
  for (const details of fuller(error)) {
    const status = create(StatusSchema, { code, message, details });
    if (toBinary(StatusSchema, status).length <= MAX_DETAILS_BYTES) return status;
  }
  const bare = create(ErrorInfoSchema, { reason: clip(error.reason, 64), domain: ERROR_DOMAIN });
  return create(StatusSchema, { code, message, details: [anyPack(ErrorInfoSchema, bare)] });
}

/** What to say about an error, fullest first: attachments give way before violations, and those by halves. */
function* fuller(error: PetriError): Generator<Any[]> {
  const { violations, attached } = error;
  const rest = detailsOf(error);
  const all = violations.length > 0 ? [...rest, badRequest(violations, violations.length)] : rest;
  if (attached.length > 0) yield [...all, ...attached.map(anyOf)];
  yield all;
  for (let shown = violations.length >> 1; shown > 0; shown >>= 1)
    yield [...rest, badRequest(violations, shown)];
  yield rest;
}

function anyOf({ typeName, bytes }: Attachment): Any {
  return create(AnySchema, { typeUrl: `type.googleapis.com/${typeName}`, value: new Uint8Array(bytes) });
}

function detailsOf(error: PetriError): Any[] {
  const { reason, metadata, resource, quotas, retryAfterMs } = error;
  const details = [
    anyPack(
      ErrorInfoSchema,
      create(ErrorInfoSchema, { reason, domain: ERROR_DOMAIN, metadata: { ...metadata } }),
    ),
  ];
  if (resource) {
    const info = { resourceType: resource.type, resourceName: resource.name };
    details.push(anyPack(ResourceInfoSchema, create(ResourceInfoSchema, info)));
  }
  if (quotas.length > 0) {
    const violations = quotas.map(({ subject, description }) => ({ subject, description }));
    details.push(anyPack(QuotaFailureSchema, create(QuotaFailureSchema, { violations })));
  }
  if (retryAfterMs !== undefined) {
    const ms = Math.max(0, Math.ceil(retryAfterMs));
    const retryDelay = create(DurationSchema, {
      seconds: BigInt(Math.floor(ms / 1000)),
      nanos: (ms % 1000) * 1_000_000,
    });
    details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay })));
  }
  return details;
}

function badRequest(violations: readonly Violation[], shown: number): Any {
  const fieldViolations = violations.slice(0, shown).map(({ field, description, reason = '' }) => ({
    field: clip(field, 256),
    description: clip(description, 512),
    reason: clip(reason, 63),
  }));
  const left = violations.length - shown;
  if (left > 0)
    fieldViolations.push({ field: '', description: `${left} more violations are not shown`, reason: '' });
  return anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations }));
}

/**
 * Text that fits and is well formed: grpc-js passes the message to encodeURI when it writes the trailers,
 * and that throws on a lone surrogate, outside of any handler.
 */
function clip(text: string, maxBytes: number): string {
  const wellFormed = text.toWellFormed();
  if (wellFormed.length * 3 <= maxBytes) return wellFormed;
  const bytes = utf8.encode(wellFormed);
  if (bytes.length <= maxBytes) return wellFormed;
  let end = maxBytes - 3;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--; // do not cut a character in two
  return `${Buffer.from(bytes.buffer, 0, end).toString()}…`;
}
