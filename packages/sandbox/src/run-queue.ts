import { cancelled } from '@petri/core';

type Waiting = { enter: () => void; refuse: (error: unknown) => void };

/** Places for the runs of one sandbox: one of them runs, so many wait, and those who are patient wait for a place. */
export class RunQueue {
  /** Runs that have a place. */
  size = 0;
  readonly #waiting = new Set<Waiting>();

  /** Takes a place if one is free: nobody overtakes those who wait for one. */
  enter(limit: number): boolean {
    if (this.size > limit || this.#waiting.size > 0) return false;
    this.size++;
    return true;
  }

  /**
   * A place, once there is one. It is to be left, like any other.
   *
   * @throws PetriError cancelled; whatever the queue is cleared with
   */
  wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(cancelled());
      const leave = (settle: () => void) => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      const abort = () => leave(() => reject(cancelled()));
      const waiting: Waiting = {
        enter: () => leave(resolve),
        refuse: (error) => leave(() => reject(error)),
      };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', abort);
    });
  }

  /** A run is over: its place goes to the first who waits for one. */
  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.size--;
    else next.enter();
  }

  /** Refuses all that wait for a place. */
  clear(error: unknown): void {
    for (const { refuse } of this.#waiting) refuse(error);
  }
}
