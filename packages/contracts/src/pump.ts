import type { Readable, Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Writes what a source yields, pulling no faster than the peer reads; closes the source when it stops early. */
export async function pump<T>(
  source: AsyncIterable<T>,
  call: Writable,
  encode: (message: T) => Buffer,
  signal: AbortSignal,
): Promise<void> {
  for await (const message of source) {
    signal.throwIfAborted();
    if (!call.write(encode(message))) await drained(call, signal);
  }
}

/** grpc-js drops the callbacks of writes to a call that is over, so only the signal ends some waits. */
function drained(call: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onDrain = () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = () => {
      call.off('drain', onDrain);
      reject(signal.reason as Error);
    };
    if (signal.aborted) onAbort();
    else {
      call.once('drain', onDrain);
      signal.addEventListener('abort', onAbort, { once: true });
    }
  });
}

/** The messages a caller streams. Leaving the loop early leaves the writable side of a bidi call open. */
export async function* incoming(
  call: Readable,
  decode: (bytes: Buffer) => object,
  signal: AbortSignal,
): AsyncGenerator<object, void, void> {
  try {
    for await (const bytes of call.iterator({ destroyOnReturn: false })) yield decode(bytes as Buffer);
    // To grpc-js a reset stream ends first, like one that is complete, and is cancelled in the next turn.
    await nextTurn();
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  }
  signal.throwIfAborted();
}
