const KEPT_CHARACTERS = 8192;

/** The last of what a process printed, and when it did. Times in milliseconds of any one clock. */
export class Output {
  #chunks: { at: number; text: string }[] = [];
  #length = 0;

  add(text: string, at: number): void {
    const kept = text.slice(-KEPT_CHARACTERS);
    this.#chunks.push({ at, text: kept });
    this.#length += kept.length;
    while (this.#length > KEPT_CHARACTERS) this.#length -= this.#chunks.shift()?.text.length ?? 0;
  }

  /** What was printed at that time or later. Default: all of it. */
  since(time = Number.NEGATIVE_INFINITY): string {
    return this.#chunks
      .filter(({ at }) => at >= time)
      .map(({ text }) => text)
      .join('');
  }
}
