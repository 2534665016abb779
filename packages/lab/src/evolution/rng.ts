/** A seeded source of randomness. Not for secrets. */
export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  private constructor(words: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#counter] = words;
    for (let i = 0; i < 12; i++) this.#word();
  }

  /**
   * The stream of this name under a seed. Streams of different names are independent, so a generation's or
   * an individual's randomness does not depend on what was drawn elsewhere, or in which order.
   */
  static of(seed: number | string, ...name: readonly (number | string)[]): Rng {
    return new Rng(hash(JSON.stringify([String(seed), ...name])));
  }

  /** Uniform in [0, 1), with 32 bits. */
  next(): number {
    return this.#word() / 2 ** 32;
  }

  /** Uniform integer in [0, bound). */
  int(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('cannot pick from an empty list');
    return items[this.int(items.length)] as T;
  }

  /** Standard normal deviate, by Box and Muller. */
  gaussian(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }

  // sfc32 (Chris Doty-Humphrey, PractRand): passes PractRand and BigCrush, 32-bit operations only.
  #word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }
}

/** Four words of FNV-1a over differently salted text, finished with murmur3's mixer. */
function hash(text: string): [number, number, number, number] {
  const word = (salt: number): number => {
    let h = (0x811c9dc5 ^ Math.imul(salt, 0x9e3779b9)) >>> 0;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
  return [word(1), word(2), word(3), word(4)];
}
