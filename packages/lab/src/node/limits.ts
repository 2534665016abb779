/** A formula needs a hundredth of this; what a hostile program takes before it is stopped is bounded by it. */
export const MEMORY_BYTES = 64 * 2 ** 20;
/** Of one call of the candidate. A formula answers in microseconds, whatever else the machine does. */
export const CALL_TIMEOUT_MS = 1_000;
/** Of the whole evaluation, in which the fitness program calls once. */
export const EVALUATION_TIMEOUT_MS = 5_000;
