import type { Violation } from './violation.ts';

export interface CsvRecord {
  /** Line on which the record starts, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface Records {
  readonly records: readonly CsvRecord[];
  readonly violations: readonly Violation[];
}

const DELIMITERS = [',', ';', '\t'] as const;

/**
 * Reads RFC 4180 text: quoted fields that may hold delimiters, doubled quotes and line ends; CRLF, LF or CR between
 * records; comma, semicolon or tab, whichever the first line has most of. Blank lines are skipped.
 */
export function readRecords(text: string): Records {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return new Reader(source, detectDelimiter(source)).read();
}

/** A header longer than this is no header. */
const MAX_HEADER = 65_536;

function detectDelimiter(text: string): string {
  const header = /^(?:"[^"]*"|[^"\r\n])*/.exec(text.slice(0, MAX_HEADER))?.[0].replace(/"[^"]*"/g, '') ?? '';
  const count = (delimiter: string): number => header.split(delimiter).length - 1;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

class Reader {
  readonly #text: string;
  readonly #delimiter: string;
  readonly #violations: Violation[] = [];
  #position = 0;
  #line = 1;

  constructor(text: string, delimiter: string) {
    this.#text = text;
    this.#delimiter = delimiter;
  }

  read(): Records {
    const records: CsvRecord[] = [];
    while (this.#position < this.#text.length) {
      const line = this.#line;
      const fields = this.#record();
      const blank = fields.length === 1 && fields[0]?.trim() === '';
      if (!blank) records.push({ line, fields });
    }
    return { records, violations: this.#violations };
  }

  #record(): string[] {
    const fields = [this.#field()];
    while (this.#text[this.#position] === this.#delimiter) {
      this.#position++;
      fields.push(this.#field());
    }
    this.#skipLineEnd();
    return fields;
  }

  #field(): string {
    return this.#text[this.#position] === '"' ? this.#quoted() : this.#untilDelimiter();
  }

  #quoted(): string {
    const opened = this.#line;
    let value = '';
    this.#position++;
    for (;;) {
      const end = this.#text.indexOf('"', this.#position);
      const part = this.#text.slice(this.#position, end < 0 ? undefined : end);
      this.#line += part.split(/\r\n|\r|\n/).length - 1;
      value += part;
      this.#position += part.length + 1;
      if (end < 0) {
        this.#violations.push({ line: opened, message: 'a quoted field is never closed' });
        return value;
      }
      if (this.#text[this.#position] !== '"') break;
      value += '"';
      this.#position++;
    }
    const rest = this.#untilDelimiter();
    if (rest.trim() !== '') {
      this.#violations.push({
        line: this.#line,
        message: `text after a closing quote: ${JSON.stringify(rest)}`,
      });
    }
    return value;
  }

  #untilDelimiter(): string {
    const start = this.#position;
    for (; this.#position < this.#text.length; this.#position++) {
      const character = this.#text[this.#position];
      if (character === this.#delimiter || character === '\n' || character === '\r') break;
    }
    return this.#text.slice(start, this.#position);
  }

  #skipLineEnd(): void {
    if (this.#position >= this.#text.length) return;
    this.#position += this.#text.startsWith('\r\n', this.#position) ? 2 : 1;
    this.#line++;
  }
}
