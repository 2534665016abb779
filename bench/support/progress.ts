const LIVE = process.stderr.isTTY;
// Without a terminal each line stays: one for each second that something happens is plenty.
const PLAIN_EVERY_MS = 1_000;

/** Progress on stderr: one live line on a terminal, plain lines elsewhere. */
export class Progress {
  #last = -Infinity;

  show(text: string): void {
    if (LIVE) {
      process.stderr.write(`\r\u001B[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      return;
    }
    const now = performance.now();
    if (now - this.#last < PLAIN_EVERY_MS) return;
    this.#last = now;
    process.stderr.write(`${text}\n`);
  }

  clear(): void {
    this.#last = -Infinity;
    if (LIVE) process.stderr.write('\r\u001B[K');
  }
}
