import { memoryAllowance } from '../bounds.ts';
import { monotonicMs } from '../recorder.ts';
import type { Realm, Shell } from './realm.ts';

// Asking the kernel costs as much as a small slice, so it is not asked after slices shorter than this, in milliseconds.
const SHORT_MS = 1;
// Nor before a slice, if it was asked within so many milliseconds.
const FRESH_MS = 2;
// What a sandbox is convicted of is more than its heap and its buffers may come to.
const CONVICTED_SLACK_BYTES = 32 * 1024 * 1024;
// An isolate's memory goes with it, some of it in other threads.
const FREED_WITHIN_MS = 20;

/**
 * By how much isolates have made this process grow. Their own figures leave out memory of WebAssembly, resizable buffers and
 * whatever else lies outside the heap; what the kernel says is divided among those that have run since it was last asked, by
 * their time. That is a suspicion. It is proved by ending the isolate, which costs a guest that is innocent no more than what
 * it had cached there.
 */
export class MemoryGauge {
  readonly #ran = new Map<Realm | undefined, number>();
  #ranMs = 0;
  #askedAt = 0;
  #bytes = process.memoryUsage.rss();
  /** Allowances are so many times as large: doubled by every suspicion that was wrong. */
  #patience = 1;

  /** Before a slice that starts at `now`. */
  begin(now: number): void {
    if (now - this.#askedAt > FRESH_MS) this.#ask(now);
  }

  /** After it; `realm` is where it ran, if anywhere. */
  end(realm: Realm | undefined, startedAt: number, now: number): void {
    const ms = now - startedAt;
    this.#ran.set(realm, (this.#ran.get(realm) ?? 0) + ms);
    this.#ranMs += ms;
    if (ms >= SHORT_MS) this.#ask(now);
  }

  /** Whether more is attributed to an isolate than it may take. */
  suspects({ grownBytes, memoryBytes }: Shell): boolean {
    return grownBytes > memoryAllowance(memoryBytes) * this.#patience;
  }

  /**
   * Ends the isolate of a suspect. Answers what it really held, in bytes, if that is too much, and 0 if it is not, or if it
   * was not that realm's doing but that of others in the isolate.
   */
  convict({ shell, grownBytes }: Realm): number {
    const freed = freedBy(() => shell.isolate.dispose(), shell.memoryBytes + CONVICTED_SLACK_BYTES);
    this.#ask(monotonicMs());
    const guilty = freed >= shell.memoryBytes + CONVICTED_SLACK_BYTES;
    this.#patience = guilty ? 1 : this.#patience * 2;
    return guilty && grownBytes >= shell.grownBytes / 2 ? freed : 0;
  }

  #ask(now: number): void {
    const bytes = process.memoryUsage.rss();
    const grown = bytes - this.#bytes;
    if (grown !== 0)
      for (const [realm, ms] of this.#ran) realm?.grow(grown * (this.#ranMs > 0 ? ms / this.#ranMs : 0));
    this.#ran.clear();
    this.#ranMs = 0;
    this.#bytes = bytes;
    this.#askedAt = now;
  }
}

/** How much memory the process gives back for what `end` ends: `enough` of it, or what there is after a moment. */
export function freedBy(end: () => void, enough: number): number {
  const before = process.memoryUsage.rss();
  end();
  const until = performance.now() + FREED_WITHIN_MS;
  for (;;) {
    const freed = before - process.memoryUsage.rss();
    if (freed >= enough || performance.now() > until) return freed;
  }
}
