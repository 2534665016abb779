// Asking the kernel costs as much as a small slice does, so it is not asked about slices shorter than this.
const SHORT_MS = 0.2;
// Nor before a slice, if it was asked within so many milliseconds: what the process did since is taken for CPU time.
const FRESH_MS = 1;

/**
 * How much CPU time slices take. A short slice on the worker's one thread takes its wall time at most, and that is what it
 * is given; a longer one is measured, with an error of at most a millisecond.
 */
export class CpuClock {
  #askedAt = 0;
  #askedUs = 0;

  /** Before a slice that starts at `now`. */
  begin(now: number): void {
    if (now - this.#askedAt > FRESH_MS) this.#ask(now);
  }

  /** Microseconds of the slice that started at `startedAt` and ends at `now`. */
  end(startedAt: number, now: number): number {
    const wallMs = now - startedAt;
    if (wallMs < SHORT_MS) return Math.round(wallMs * 1000);
    const earlierUs = this.#askedUs + (startedAt - this.#askedAt) * 1000;
    this.#ask(now);
    return Math.max(0, Math.round(this.#askedUs - earlierUs));
  }

  #ask(now: number): void {
    const { user, system } = process.cpuUsage();
    this.#askedUs = user + system;
    this.#askedAt = now;
  }
}
