/** The caller does not want the answer any more. */
export class Cancelled extends Error {}

/** Lets a waiting task be woken up to end. */
export class Cancellation {
  #cancelled = false;
  #wake: (() => void) | undefined;

  cancel(): void {
    this.#cancelled = true;
    this.#wake?.();
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** @throws Cancelled */
  check(): void {
    if (this.#cancelled) throw new Cancelled();
  }

  /** Waits for some milliseconds, or until cancelled; 0 lets the worker's other work go first. */
  async wait(ms: number): Promise<void> {
    this.check();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms <= 0) setImmediate(resolve);
      else setTimeout(resolve, ms).unref();
    });
    this.#wake = undefined;
    this.check();
  }
}
