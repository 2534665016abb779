/** One thing wrong with a data file. */
export interface Violation {
  /** Line of the file, from 1; where a record spans lines, its first. */
  readonly line?: number;
  /** Name of the column, as its header gives it. */
  readonly column?: string;
  readonly message: string;
}

/** Violations named in an error message; the rest are counted. */
const SHOWN = 20;

/** A data file that cannot be used, with everything that is wrong with it. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly violations: readonly Violation[];

  constructor(file: string, violations: readonly Violation[]) {
    const lines = violations.slice(0, SHOWN).map((violation) => `  ${describe(violation)}`);
    const more = violations.length - lines.length;
    if (more > 0) lines.push(`  … and ${more} more`);
    super(`${file} cannot be used:\n${lines.join('\n')}`);
    this.violations = violations;
  }
}

function describe({ line, column, message }: Violation): string {
  const place = [line && `line ${line}`, column !== undefined && `column "${column}"`]
    .filter(Boolean)
    .join(', ');
  return place ? `${place}: ${message}` : message;
}
