import type { Direction } from './types.ts';

export type Ranked = { id: string; score: number; sequence: number };

/**
 * Orders better scores first; of equal ones (-0 equals 0) what was recorded earlier, and then what has the smaller id.
 * A total order for finite scores.
 */
export function rankingOrder(direction: Direction): (a: Ranked, b: Ranked) => number {
  const sign = direction === 'MAXIMISE' ? -1 : 1;
  return (a, b) => {
    if (a.score !== b.score) return a.score < b.score ? -sign : sign;
    if (a.sequence !== b.sequence) return a.sequence - b.sequence;
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  };
}

/** Scores in order. What has changed since it was last read is put in its place when it is read again. */
export class Ranking {
  readonly #order: (a: Ranked, b: Ranked) => number;
  readonly #entries = new Map<string, Ranked>();
  #sorted: Ranked[] = [];
  #added: Ranked[] = [];
  #stale = false;

  constructor(direction: Direction) {
    this.#order = rankingOrder(direction);
  }

  get size(): number {
    return this.#entries.size;
  }

  set(entry: Ranked): void {
    this.#entries.set(entry.id, entry);
    this.#added.push(entry);
    this.#stale = true;
  }

  delete(id: string): void {
    if (this.#entries.delete(id)) this.#stale = true;
  }

  /** Best first. Valid until the next change. */
  sorted(): readonly Ranked[] {
    if (!this.#stale) return this.#sorted;
    const current = (entry: Ranked) => this.#entries.get(entry.id) === entry;
    // Mostly in order already, which the sort of the language makes use of.
    this.#sorted = [...this.#sorted.filter(current), ...this.#added.filter(current)].sort(this.#order);
    this.#added = [];
    this.#stale = false;
    return this.#sorted;
  }
}

/** How many of these, in order, come up to this place, whether it is taken or not. */
export function countThrough(
  sorted: readonly Ranked[],
  place: Ranked,
  order: (a: Ranked, b: Ranked) => number,
): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(sorted[middle]!, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
