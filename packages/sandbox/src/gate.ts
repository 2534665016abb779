type Waiting = { exclusive: boolean; start: () => void; refuse: (error: unknown) => void };

/** Lets a sandbox's runs pass side by side, and its changes one at a time and alone; all in the order they came. */
export class Gate {
  readonly #waiting: Waiting[] = [];
  #passing = 0;
  #exclusive = false;

  /** Runs and changes that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** A run: starts at once unless a change is under way or waits before it. */
  shared<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#exclusive && this.#waiting.length === 0) {
      this.#passing++;
      return this.#leave(work());
    }
    return this.#enter(false, work);
  }

  /** A change: starts when all that came before is done; what comes after waits for it. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#enter(true, work);
  }

  /** Refuses everything that waits. */
  clear(error: unknown): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(error);
  }

  #enter<T>(exclusive: boolean, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const start = () => void this.#leave(work()).then(resolve, reject);
      this.#waiting.push({ exclusive, start, refuse: reject });
      this.#advance();
    });
  }

  #leave<T>(work: Promise<T>): Promise<T> {
    return work.finally(() => {
      this.#passing--;
      this.#exclusive = false;
      this.#advance();
    });
  }

  #advance(): void {
    for (let next = this.#waiting[0]; next !== undefined && !this.#exclusive; next = this.#waiting[0]) {
      if (next.exclusive && this.#passing > 0) return;
      this.#waiting.shift();
      this.#passing++;
      this.#exclusive = next.exclusive;
      next.start();
    }
  }
}
