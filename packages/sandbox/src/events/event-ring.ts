/** The last so many of what was added, each with its number: the first was number 0. */
export class Ring<T> {
  readonly #capacity: number;
  #slots: T[] = [];
  #first = 0;
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Number of the oldest that is kept; `next`, if none is. */
  get first(): number {
    return this.#first;
  }

  /** Number that the next one will have. */
  get next(): number {
    return this.#next;
  }

  add(value: T): void {
    this.#slots[this.#next % this.#capacity] = value;
    this.#next++;
    if (this.#next - this.#first > this.#capacity) this.#first++;
  }

  /** Counts one that is not kept, nor what was kept before it. */
  pass(): void {
    this.#next++;
    this.clear();
  }

  clear(): void {
    this.#first = this.#next;
    if (this.#slots.length > 0) this.#slots = [];
  }

  /** Undefined if it is not kept any more, or not there yet. */
  get(number: number): T | undefined {
    return number < this.#first || number >= this.#next ? undefined : this.#slots[number % this.#capacity];
  }
}
