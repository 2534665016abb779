export { type Clock, systemClock } from './clock.ts';
export { EnvReader } from './env.ts';
export {
  aborted,
  alreadyExists,
  type Attachment,
  cancelled,
  deadlineExceeded,
  ERROR_CODES,
  type ErrorCode,
  type ErrorDetails,
  failedPrecondition,
  internal,
  invalid,
  notFound,
  permissionDenied,
  PetriError,
  type QuotaViolation,
  type Resource,
  resourceExhausted,
  unauthenticated,
  unavailable,
  unimplemented,
  type Violation,
} from './errors.ts';
export { idViolation, MAX_ID_LENGTH, newId } from './ids.ts';
export { LifeCycle, type Part } from './life-cycle.ts';
export { isLoopback } from './loopback.ts';
