import type { CallOptions as WireCallOptions } from '@petri/contracts';

/** Bounds of one call. */
export type CallOptions = {
  /** How long to wait for the answer, in milliseconds; Infinity waits for ever. Default: the connection's. */
  deadlineMs?: number | undefined;
  /** Cancels the call when it aborts, and with it what the node does for it. */
  signal?: AbortSignal | undefined;
};

/** What makes a mutation safe to send again. */
export type Repeatable = {
  /** A repeat of the same request with the same id, within 10 minutes, gets the first answer. Default: none. */
  requestId?: string | undefined;
};

export type Bounds = (options?: CallOptions, atLeastMs?: number) => WireCallOptions;

/**
 * How calls are bounded unless they say otherwise. `atLeastMs` is how long the caller allows the guest: the deadline
 * comes as much later, so that the guest's own limit is what ends it.
 */
export function bounds(defaultMs: number): Bounds {
  return ({ deadlineMs, signal } = {}, atLeastMs = 0) => {
    const timeoutMs = deadlineMs ?? defaultMs + atLeastMs;
    return timeoutMs === Infinity ? { signal } : { signal, timeoutMs };
  };
}
