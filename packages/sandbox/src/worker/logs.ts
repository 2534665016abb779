import type { CallAnswer } from '../protocol.ts';

/** Gathers the log lines of several calls, within one limit. */
export class LogGatherer {
  readonly #limit: number;
  readonly #lines: [number, string][] = [];
  #spent = 0;
  #dropped = 0;

  /** `limit` in bytes; each line counts one more, as in the guest. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add({ l = [], d = 0 }: CallAnswer): void {
    this.#dropped += d;
    for (const line of l) {
      this.#spent += Buffer.byteLength(line[1]) + 1;
      if (this.#spent > this.#limit) this.#dropped++;
      else this.#lines.push(line);
    }
  }

  get gathered(): { l?: [number, string][]; d?: number } {
    if (this.#lines.length === 0 && this.#dropped === 0) return {};
    return { l: this.#lines, d: this.#dropped };
  }
}
