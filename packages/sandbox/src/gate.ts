type Waiting = { exclusive: boolean; enter: () => void; refuse: (error: unknown) => void };

/** Lets a sandbox's runs pass side by side, and its changes one at a time and alone; all in the order they came. */
export class Gate {
  readonly #waiting: Waiting[] = [];
  #passing = 0;
  #exclusive = false;

  /** Runs and changes that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** A run may start: at once if this is undefined, or else when it resolves. Then it is to `leave` when it is over. */
  enter(): Promise<void> | undefined {
    return this.#wait(false);
  }

  leave(): void {
    this.#passing--;
    this.#exclusive = false;
    this.#advance();
  }

  /** A change: starts when all that came before is done; what comes after waits for it. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    await this.#wait(true);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Refuses everything that waits. */
  clear(error: unknown): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(error);
  }

  #wait(exclusive: boolean): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#enters(exclusive)) return undefined;
    return new Promise((enter, refuse) => this.#waiting.push({ exclusive, enter, refuse }));
  }

  #enters(exclusive: boolean): boolean {
    if (this.#exclusive || (exclusive && this.#passing > 0)) return false;
    this.#passing++;
    this.#exclusive = exclusive;
    return true;
  }

  #advance(): void {
    for (let next = this.#waiting[0]; next && this.#enters(next.exclusive); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.enter();
    }
  }
}
