import { invalid, type Violation } from './errors.ts';

type Source = Readonly<Record<string, string | undefined>>;

/**
 * Reads typed values from the environment and collects everything that is wrong with them, so that an
 * operator sees all of it at once. Call `done()` after the last read. An empty variable counts as unset.
 */
export class EnvReader {
  readonly #source: Source;
  readonly #violations: Violation[] = [];

  constructor(source: Source = process.env) {
    this.#source = source;
  }

  string<D extends string | undefined>(name: string, fallback: D): string | D {
    return this.#raw(name) ?? fallback;
  }

  /** A whole number in [min, max]. */
  int<D extends number | undefined>(
    name: string,
    fallback: D,
    range: { min: number; max: number },
  ): number | D {
    const raw = this.#raw(name);
    if (raw === undefined) return fallback;
    const value = Number(raw);
    if (/^-?\d+$/.test(raw) && value >= range.min && value <= range.max) return value;
    return this.#refuse(
      name,
      `must be a whole number from ${range.min} to ${range.max}, is "${raw}"`,
      fallback,
    );
  }

  /** `true`, `1`, `yes`, `on`, or `false`, `0`, `no`, `off`. */
  boolean(name: string, fallback: boolean): boolean {
    const raw = this.#raw(name)?.toLowerCase();
    if (raw === undefined) return fallback;
    if (['true', '1', 'yes', 'on'].includes(raw)) return true;
    if (['false', '0', 'no', 'off'].includes(raw)) return false;
    return this.#refuse(name, `must be true or false, is "${raw}"`, fallback);
  }

  /** One of `choices`, exactly as they are written. */
  oneOf<C extends string, D extends C | undefined>(name: string, choices: readonly C[], fallback: D): C | D {
    const raw = this.#raw(name);
    if (raw === undefined) return fallback;
    const choice = choices.find((candidate) => candidate === raw);
    return choice ?? this.#refuse(name, `must be one of ${choices.join(', ')}, is "${raw}"`, fallback);
  }

  /** Comma-separated; blanks around items and empty items are dropped. */
  list(name: string, fallback: readonly string[]): readonly string[] {
    const raw = this.#raw(name);
    if (raw === undefined) return fallback;
    return raw
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  /**
   * What `parse` makes of the text. The message of an Error that it throws is what is wrong with the variable, so it
   * must not repeat a secret.
   */
  parsed<T, D>(name: string, parse: (raw: string) => T, fallback: D): T | D {
    const raw = this.#raw(name);
    if (raw === undefined) return fallback;
    try {
      return parse(raw);
    } catch (thrown) {
      return this.#refuse(name, (thrown as Error).message, fallback);
    }
  }

  /** Says that a variable is wrong for a reason that only its reader knows, such as another one that is missing. */
  refuse(name: string, description: string): void {
    this.#refuse(name, description, undefined);
  }

  /** @throws PetriError `invalid_argument` naming every variable that could not be read. */
  done(): void {
    if (this.#violations.length > 0) throw invalid(this.#violations, { reason: 'INVALID_CONFIGURATION' });
  }

  #raw(name: string): string | undefined {
    const value = this.#source[name]?.trim();
    return value === '' ? undefined : value;
  }

  #refuse<T>(field: string, description: string, fallback: T): T {
    this.#violations.push({ field, description });
    return fallback;
  }
}
