import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Gives everything else its turn now and then: `if (turns.due()) await turns.next()` costs next to nothing while none is due.
 */
export class Turns {
  readonly #every: number;
  #steps = 0;

  /** `every` so many steps, which should take about a millisecond. */
  constructor(every: number) {
    this.#every = every;
  }

  /** After each step. */
  due(): boolean {
    return ++this.#steps >= this.#every;
  }

  async next(): Promise<void> {
    this.#steps = 0;
    await nextTurn();
  }
}
