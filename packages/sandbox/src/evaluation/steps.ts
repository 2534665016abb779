/** A comparison that would take longer than the sizes of what is compared give reason to. */
export class TooManySteps extends Error {}

/** What a comparison may cost. A step takes some tens of nanoseconds. */
export class Steps {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** @throws TooManySteps */
  take(): void {
    if (--this.#left < 0) throw new TooManySteps();
  }
}
