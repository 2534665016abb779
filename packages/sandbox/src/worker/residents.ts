import { freedBy } from './memory-gauge.ts';
import type { End } from './nursery.ts';
import type { Resident } from './resident.ts';

/** The genomes this worker holds, least recently used first. */
export class Residents {
  readonly #capacity: number;
  readonly #byKey = new Map<number, Resident>();
  #dropped: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  has(key: number): boolean {
    return this.get(key) !== undefined;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** One whose isolate was lost to a neighbour in its group is not there any more. */
  get(key: number): Resident | undefined {
    const resident = this.#byKey.get(key);
    if (resident === undefined) return undefined;
    if (!resident.alive) {
      this.drop(key, 'done');
      return undefined;
    }
    this.#byKey.delete(key);
    this.#byKey.set(key, resident);
    return resident;
  }

  /** Takes ownership; the least recently used that waits for nothing makes room. */
  set(key: number, resident: Resident): void {
    this.#byKey.set(key, resident);
    if (this.#byKey.size <= this.#capacity) return;
    for (const [oldest, { waiting }] of this.#byKey) {
      if (oldest === key || waiting) continue;
      this.drop(oldest, 'done');
      return;
    }
  }

  drop(key: number, end: End): void {
    const resident = this.#byKey.get(key);
    if (resident === undefined) return;
    this.#byKey.delete(key);
    this.#dropped.push(key);
    resident.release(end);
  }

  /** Those that have made the process grow most go first, until it is smaller by so many bytes or none is left that did. */
  shed(bytes: number): void {
    const heaviest = [...this.#byKey].toSorted(
      ([, left], [, right]) => right.realm.grownBytes - left.realm.grownBytes,
    );
    let left = bytes;
    for (const [key, { realm, waiting }] of heaviest) {
      if (left <= 0 || realm.grownBytes === 0) return;
      if (!waiting) left -= freedBy(() => this.drop(key, 'cut off'), realm.grownBytes / 2);
    }
  }

  /** Keys that went since the last call. */
  takeDropped(): number[] {
    const dropped = this.#dropped;
    if (dropped.length > 0) this.#dropped = [];
    return dropped;
  }
}
