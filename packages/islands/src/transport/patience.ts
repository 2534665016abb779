import { setTimeout as pause } from 'node:timers/promises';
import { PetriError, unavailable } from '@petri/core';
import { retryAfterMs } from './retry.ts';
import { NATS_UNAVAILABLE } from './transport.ts';

/** What a start waits for a NATS that has too much to do, such as on a disk that others use: making a stream may take it long. */
const PATIENCE_MS = 60_000;

/** Asks again, after longer and longer pauses, what a transport could not do in time; for whoever starts. */
export class Patience {
  readonly #complain: (thrown: PetriError) => void;
  readonly #last: number;
  #complained = false;

  /** `complain` is told once that it takes long. */
  constructor(complain: (thrown: PetriError) => void, patienceMs = PATIENCE_MS) {
    this.#complain = complain;
    this.#last = performance.now() + patienceMs;
  }

  /** `ask` has to be idempotent. @throws what it threw last, if that is not over by itself in time. */
  async with<T>(ask: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await ask();
      } catch (thrown) {
        const waitMs = retryAfterMs(failures);
        if (!isPassing(thrown) || performance.now() + waitMs > this.#last) throw thrown;
        if (!this.#complained) this.#complain(takesLong(thrown));
        this.#complained = true;
        await pause(waitMs);
      }
    }
  }
}

function isPassing(thrown: unknown): thrown is PetriError {
  return thrown instanceof PetriError && thrown.reason === NATS_UNAVAILABLE;
}

function takesLong(cause: PetriError): PetriError {
  return unavailable(NATS_UNAVAILABLE, `starting takes long: ${cause.message}; it is tried again`, { cause });
}
