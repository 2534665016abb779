import { stripVTControlCharacters } from 'node:util';
import type { DisplayConfig } from '../config.ts';

/** Where reports go: a stream such as process.stdout, or a test's collector. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32 } as const;
const CLEAR_LINE = '\r\u001b[2K';

/** Lines of text, and on a terminal one live line below them that is rewritten in place. */
export class Output {
  readonly #sink: Sink;
  readonly #color: boolean;
  readonly live: boolean;
  #showing = false;

  constructor(sink: Sink, { color, liveLine }: DisplayConfig) {
    this.#sink = sink;
    this.#color = color && sink.isTTY === true;
    this.live = liveLine && sink.isTTY === true;
  }

  paint(style: keyof typeof CODES, text: string): string {
    return this.#color ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  }

  line(text = ''): void {
    this.#sink.write(`${this.#showing ? CLEAR_LINE : ''}${text}\n`);
    this.#showing = false;
  }

  /** Replaces the live line; nothing where there is none. */
  status(text: string): void {
    if (!this.live) return;
    const width = (this.#sink.columns ?? 80) - 1;
    const plain = stripVTControlCharacters(text);
    this.#sink.write(CLEAR_LINE + (plain.length > width ? plain.slice(0, width) : text));
    this.#showing = true;
  }

  clearStatus(): void {
    if (this.#showing) this.#sink.write(CLEAR_LINE);
    this.#showing = false;
  }
}
