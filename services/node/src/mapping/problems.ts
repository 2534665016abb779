import { idViolation, invalid, type Violation } from '@petri/core';

/**
 * What is wrong with a request, collected while it is mapped. Every mapping reports fields relative to its own
 * message, and whoever calls it puts them under their place afterwards: no path is built while nothing is wrong.
 */
export class Problems {
  #found: Violation[] = [];

  get count(): number {
    return this.#found.length;
  }

  add(field: string, description: string): void {
    this.#found.push({ field, description });
  }

  /** Moves what was found since `count` was `since` under `place`. */
  under(place: string, since: number): void {
    for (let index = since; index < this.#found.length; index++) {
      const { field, description } = this.#found[index]!;
      const glue = field === '' || field.startsWith('[') ? '' : '.';
      this.#found[index] = { field: `${place}${glue}${field}`, description };
    }
  }

  /** Runs `map` and puts what it finds under `place`. */
  within<T>(place: string, map: () => T): T {
    const since = this.#found.length;
    const mapped = map();
    if (this.#found.length > since) this.under(place, since);
    return mapped;
  }

  /** As `within`, for each element of a repeated field. */
  each<T, R>(place: string, elements: readonly T[], map: (element: T, index: number) => R): R[] {
    return elements.map((element, index) => {
      const since = this.#found.length;
      const mapped = map(element, index);
      if (this.#found.length > since) this.under(`${place}[${index}]`, since);
      return mapped;
    });
  }

  id(field: string, id: string): string {
    const violation = idViolation(field, id);
    if (violation) this.#found.push(violation);
    return id;
  }

  atMost(field: string, count: number, most: number): void {
    if (count > most) this.add(field, `must have at most ${most} elements, has ${count}`);
  }

  /** Takes over the violations of an error; any other error is thrown again. */
  adopt(thrown: unknown): void {
    const { violations } = thrown as { violations?: readonly Violation[] };
    if (!violations || violations.length === 0) throw thrown;
    this.#found.push(...violations);
  }

  /** @throws PetriError `invalid_argument` with everything found so far, if that is anything. */
  done(): void {
    if (this.#found.length > 0) throw invalid(this.#found);
  }
}

/** Maps a whole request, and throws all that is wrong with it at once. */
export function mapped<T>(map: (problems: Problems) => T): T {
  const problems = new Problems();
  const result = map(problems);
  problems.done();
  return result;
}
