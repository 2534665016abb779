/** Whose sandboxes there are for the caller. Default: all. */
export type Scope = { tenant?: string | undefined };

/** Bounds of one call: the caller's cancellation (its gRPC deadline aborts it too). */
export type CallOptions = Scope & {
  signal?: AbortSignal | undefined;
  /** Waits for a place where a sandbox's queue is full, instead of being refused. Default false. */
  patient?: boolean | undefined;
};

/** What one item of a batch came to. */
export type BatchItem<T> = { index: number; result: T } | { index: number; error: unknown };
