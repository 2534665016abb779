/** The closed set of codes, one for each gRPC status that is an error a caller can act on. */
export const ERROR_CODES = [
  'invalid_argument',
  'not_found',
  'already_exists',
  'failed_precondition',
  'aborted',
  'resource_exhausted',
  'deadline_exceeded',
  'cancelled',
  'unavailable',
  'internal',
  'unauthenticated',
  'permission_denied',
  'data_loss',
  'unimplemented',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * What is wrong with one field. `field` is a path such as `limits.wall_ms` or `cases[3].function`; `reason`, where there is
 * one, says in UPPER_SNAKE_CASE what programs compare.
 */
export type Violation = { field: string; description: string; reason?: string };

/** The thing an error is about, such as `{ type: 'sandbox', name: 'sb-1' }`. */
export type Resource = { type: string; name: string };

/** Whose quota is full, such as `tenant:lab`, and which. */
export type QuotaViolation = { subject: string; description: string };

/** A protobuf message, encoded, with its full name such as `petri.v1.Sandbox`. */
export type Attachment = { typeName: string; bytes: Uint8Array };

export type ErrorDetails = {
  /** Stable, UPPER_SNAKE_CASE: what programs compare. Defaults to the code in upper case. */
  reason?: string;
  violations?: readonly Violation[];
  resource?: Resource;
  /** Quotas that are full. */
  quotas?: readonly QuotaViolation[];
  /** How long the caller should wait before it tries again, in milliseconds. */
  retryAfterMs?: number;
  /** Further facts for programs, string to string. Crosses the wire: no secrets. */
  metadata?: Readonly<Record<string, string>>;
  /** Messages that ride along, such as the record that is in the way. They give way when a status gets too large. */
  attached?: readonly Attachment[];
  /** What led to this. Stays in the process: it never crosses the wire. */
  cause?: unknown;
};

/** The one error class. Everything but `cause` and `stack` is meant for the caller to see. */
export class PetriError extends Error {
  override readonly name = 'PetriError';
  readonly code: ErrorCode;
  readonly reason: string;
  readonly violations: readonly Violation[];
  readonly resource: Resource | undefined;
  readonly quotas: readonly QuotaViolation[];
  /** In milliseconds. */
  readonly retryAfterMs: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly attached: readonly Attachment[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.reason = details.reason ?? code.toUpperCase();
    this.violations = details.violations ?? [];
    this.resource = details.resource;
    this.quotas = details.quotas ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.metadata = details.metadata ?? {};
    this.attached = details.attached ?? [];
  }

  /**
   * Any thrown value as a PetriError: itself if it is one, `cancelled` or `deadline_exceeded` for the
   * errors of an AbortSignal, else `internal` with a message that gives nothing away and the value as `cause`.
   */
  static from(thrown: unknown): PetriError {
    if (thrown instanceof PetriError) return thrown;
    if (thrown instanceof Error && thrown.name === 'AbortError') {
      return thrown.cause instanceof PetriError ? thrown.cause : cancelled({ cause: thrown });
    }
    if (thrown instanceof Error && thrown.name === 'TimeoutError') return deadlineExceeded({ cause: thrown });
    return internal('an internal error occurred', { cause: thrown });
  }
}

type Details = Omit<ErrorDetails, 'violations' | 'resource'>;

/** At least one field is wrong; names them all in the message as well. */
export function invalid(violations: readonly Violation[], details: Details = {}): PetriError {
  const listed = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  return new PetriError('invalid_argument', listed || 'invalid argument', { ...details, violations });
}

/** `notFound('sandbox', 'sb-1')` has the reason `SANDBOX_NOT_FOUND`. */
export function notFound(type: string, name: string, details: Details = {}): PetriError {
  const reason = `${upperSnake(type)}_NOT_FOUND`;
  return new PetriError('not_found', `there is no ${type} "${name}"`, {
    reason,
    ...details,
    resource: { type, name },
  });
}

/** `alreadyExists('sandbox', 'sb-1')` has the reason `SANDBOX_ALREADY_EXISTS`. */
export function alreadyExists(type: string, name: string, details: Details = {}): PetriError {
  const reason = `${upperSnake(type)}_ALREADY_EXISTS`;
  return new PetriError('already_exists', `${type} "${name}" already exists`, {
    reason,
    ...details,
    resource: { type, name },
  });
}

/** The system is not in the state the call needs; trying again does not help until that is changed. */
export function failedPrecondition(reason: string, message: string, details: ErrorDetails = {}): PetriError {
  return new PetriError('failed_precondition', message, { ...details, reason });
}

/** Something changed underneath the call; the caller may read again and try again. */
export function aborted(reason: string, message: string, details: ErrorDetails = {}): PetriError {
  return new PetriError('aborted', message, { ...details, reason });
}

/** A queue, quota or limit is full. `retryAfterMs` in the details when waiting helps. */
export function resourceExhausted(reason: string, message: string, details: ErrorDetails = {}): PetriError {
  return new PetriError('resource_exhausted', message, { ...details, reason });
}

export function unavailable(reason: string, message: string, details: ErrorDetails = {}): PetriError {
  return new PetriError('unavailable', message, { ...details, reason });
}

/** Nobody knows who the caller is. */
export function unauthenticated(reason: string, message: string, details: ErrorDetails = {}): PetriError {
  return new PetriError('unauthenticated', message, { ...details, reason });
}

/** The caller is known, and may not do this. */
export function permissionDenied(reason: string, message: string, details: ErrorDetails = {}): PetriError {
  return new PetriError('permission_denied', message, { ...details, reason });
}

export function unimplemented(what: string): PetriError {
  return new PetriError('unimplemented', `${what} is not implemented`);
}

export function cancelled(details: ErrorDetails = {}): PetriError {
  return new PetriError('cancelled', 'the call was cancelled', details);
}

export function deadlineExceeded(details: ErrorDetails = {}): PetriError {
  return new PetriError('deadline_exceeded', 'the deadline passed before the call was done', details);
}

/** A bug or a broken machine. The message reaches the caller; what is private belongs in `cause`. */
export function internal(message: string, details: ErrorDetails = {}): PetriError {
  return new PetriError('internal', message, details);
}

function upperSnake(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]+/g, '_').toUpperCase();
}
