import { cancelled } from '@petri/core';

const MiB = 1024 * 1024;

/** Results of one message: more than workers answer at once. With 64, BatchRun was a twentieth slower. */
const MESSAGE_ITEMS = 256;
/** Far below any message limit, so that many large results never add up to one that cannot be sent. */
const MESSAGE_BYTES = MiB;

/**
 * Results that wait for a reader, and those on their way as far as can be foreseen: past so many bytes, nothing more is
 * started but a few. Only what is under way when results turn out larger than all before comes on top.
 */
const HELD_BYTES = 16 * MiB;
/** Enough to keep workers busy, however large the results. */
const FEW = 8;
/** What a result is thought to take before there is any. */
const UNKNOWN_BYTES = HELD_BYTES / 128;

/** A result as it is put into a message, made when it is: values take many times their bytes once unpacked. */
export type Sized<R> = { message: () => R; bytes: number };

export type BatchOptions<I, R> = {
  items: readonly I[];
  /** Runs one item. Failures are results: it must not reject. The signal aborts when the batch ends early. */
  run: (item: I, index: number, signal: AbortSignal) => Promise<Sized<R>>;
  /** Items started whose results have not been taken yet: a slow reader stops new starts. */
  window: number;
  /** Ends the batch: nothing more is started, and the generator throws the signal's reason. */
  signal: AbortSignal;
};

/**
 * Runs items, and yields their results in the order in which they finish, as many at once as have finished. A lone
 * result waits only for the rest of its turn of the event loop.
 */
export async function* batch<I, R>({
  items,
  run,
  window,
  signal,
}: BatchOptions<I, R>): AsyncGenerator<R[], void, void> {
  const stop = new AbortController();
  const finished: Sized<R>[] = [];
  let next = 0;
  let running = 0;
  let heldBytes = 0;
  let largest: number | undefined;
  let failure: { thrown: unknown } | undefined;
  let wake: (() => void) | undefined;
  let turn: NodeJS.Immediate | undefined;

  const wakeNow = () => {
    clearImmediate(turn);
    turn = undefined;
    wake?.();
  };
  const mayStart = () => {
    if (running + finished.length >= window || heldBytes >= HELD_BYTES) return false;
    return running < FEW || heldBytes + running * (largest ?? UNKNOWN_BYTES) < HELD_BYTES;
  };
  const settle = (result: Sized<R>) => {
    running--;
    heldBytes += result.bytes;
    largest = Math.max(largest ?? 0, result.bytes);
    finished.push(result);
    if (finished.length >= MESSAGE_ITEMS) wakeNow();
    else turn ??= setImmediate(wakeNow);
  };
  const fail = (thrown: unknown) => {
    failure ??= { thrown };
    wakeNow();
  };

  signal.addEventListener('abort', wakeNow, { once: true });
  try {
    while (next < items.length || running > 0 || finished.length > 0) {
      signal.throwIfAborted();
      if (failure) throw failure.thrown;
      for (; next < items.length && mayStart(); next++, running++)
        run(items[next]!, next, stop.signal).then(settle, fail);
      if (finished.length > 0) {
        const taken = take(finished);
        for (const { bytes } of taken) heldBytes -= bytes;
        yield taken.map(({ message }) => message());
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
    }
  } finally {
    signal.removeEventListener('abort', wakeNow);
    clearImmediate(turn);
    if (running > 0) stop.abort(signal.aborted ? signal.reason : cancelled());
  }
}

/** Removes from the front what fits into one message: at least one result. */
function take<R>(finished: Sized<R>[]): Sized<R>[] {
  let count = 0;
  for (let bytes = 0; count < Math.min(finished.length, MESSAGE_ITEMS) && bytes < MESSAGE_BYTES; count++)
    bytes += finished[count]!.bytes;
  return finished.splice(0, count);
}

/** Maps items with at most `window` at once; results in the order of the items. Starts nothing after an abort. */
export async function mapBounded<I, R>(
  items: readonly I[],
  window: number,
  signal: AbortSignal,
  map: (item: I, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      signal.throwIfAborted();
      results[index] = await map(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(window, items.length) }, lane));
  return results;
}
