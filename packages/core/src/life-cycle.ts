/** Something with a start and an end. `stop` is called only after `start` was called. */
export type Part = {
  name: string;
  start?: () => void | Promise<void>;
  stop?: () => void | Promise<void>;
};

/**
 * Starts parts in the order they were added and stops them in reverse. A part that fails to start is
 * stopped too, with those before it, and `start` rejects with what it threw. Parts are owned from then on.
 */
export class LifeCycle implements AsyncDisposable {
  readonly #parts: Part[] = [];
  readonly #begun: Part[] = [];
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  /** Only before `start`. */
  add(part: Part): this {
    if (this.#starting) throw new Error(`"${part.name}" was added after the start`);
    this.#parts.push(part);
    return this;
  }

  /** Idempotent. Rejects if a part fails, after what was begun has been stopped again, or if it is closed. */
  start(): Promise<void> {
    this.#starting ??= this.#startAll();
    return this.#starting;
  }

  /**
   * Idempotent, and safe at any time: a start under way is cut short after the part it is at.
   * Every part is stopped even if others fail; rejects with an AggregateError of all that they threw.
   */
  close(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #startAll(): Promise<void> {
    for (const part of this.#parts) {
      if (this.#stopping) throw new Error(`closed before "${part.name}" was started`);
      this.#begun.push(part);
      try {
        await part.start?.();
      } catch (thrown) {
        const rest = await this.#unwind();
        this.#stopping ??= Promise.resolve();
        throw rest.length === 0 ? thrown : aggregate(`"${part.name}" did not start`, [thrown, ...rest]);
      }
    }
  }

  async #stopAll(): Promise<void> {
    await this.#starting?.catch(() => undefined); // whoever called start() is told
    const errors = await this.#unwind();
    if (errors.length > 0) throw aggregate('not everything stopped cleanly', errors);
  }

  async #unwind(): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (let part = this.#begun.pop(); part; part = this.#begun.pop()) {
      try {
        await part.stop?.();
      } catch (thrown) {
        errors.push(new Error(`"${part.name}" failed to stop`, { cause: thrown }));
      }
    }
    return errors;
  }
}

function aggregate(message: string, errors: unknown[]): AggregateError {
  return new AggregateError(errors, message);
}
