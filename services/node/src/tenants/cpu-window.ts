/** The minute is counted in so many parts: usage is forgotten a part at a time. */
const PARTS = 60;
const PART_MS = 1_000;

/** CPU time used within the last minute. Takes the same memory however much happens. */
export class CpuWindow {
  readonly #parts = new Float64Array(PARTS);
  /** Number of the newest part, by the clock. */
  #newest = 0;
  #totalUs = 0;

  /** Counts at the time `nowMs` of a clock that never goes back. */
  add(us: number, nowMs: number): void {
    this.#forget(nowMs);
    const at = this.#newest % PARTS;
    this.#parts[at] = this.#parts[at]! + us;
    this.#totalUs += us;
  }

  usedUs(nowMs: number): number {
    this.#forget(nowMs);
    return this.#totalUs;
  }

  /** In how many milliseconds less than `us` will have been used within the last minute, if nothing more is. */
  belowInMs(us: number, nowMs: number): number {
    this.#forget(nowMs);
    let left = this.#totalUs;
    let part = this.#newest - PARTS;
    while (left >= us && part < this.#newest) left -= this.#parts[mod(++part)]!;
    return part === this.#newest - PARTS ? 0 : Math.max(0, (part + PARTS) * PART_MS - nowMs);
  }

  #forget(nowMs: number): void {
    const now = Math.floor(nowMs / PART_MS);
    if (now - this.#newest >= PARTS) {
      this.#parts.fill(0);
      this.#totalUs = 0;
      this.#newest = now;
    }
    while (this.#newest < now) {
      const at = ++this.#newest % PARTS;
      this.#totalUs -= this.#parts[at]!;
      this.#parts[at] = 0;
    }
  }
}

function mod(part: number): number {
  return ((part % PARTS) + PARTS) % PARTS;
}
