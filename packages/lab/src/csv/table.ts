import { readRecords } from './records.ts';
import type { CsvRecord } from './records.ts';
import { DataError } from './violation.ts';
import type { Violation } from './violation.ts';

/** Numbers by column, ready for regression. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly target: string;
  readonly targets: readonly number[];
  /** Columns without a single number, such as names: left out. */
  readonly leftOut: readonly string[];
  /** First of the left-out columns that has a different value in each row: names of the rows, for reports. */
  readonly labels?: readonly string[];
}

/** With fewer rows than these nothing can be held out and still be learned. */
const MIN_ROWS = 5;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a table whose first record names its columns. Throws `DataError` with every violation found. */
export function readTable(file: string, text: string, target: string): Table {
  const { records, violations } = readRecords(text);
  const [header, ...body] = records;
  if (header === undefined) throw new DataError(file, [{ message: 'the file is empty' }]);
  const names = header.fields.map((name) => name.trim());
  const cells = new Cells(names, body);
  const leftOut = names.filter((name, column) => name !== target && cells.holdsNoNumber(column));
  const used = names.flatMap((name, column) => (leftOut.includes(name) ? [] : [column]));
  const all = [
    ...violations,
    ...headerViolations(names, header.line, target),
    ...cells.shapeViolations(),
    ...cells.valueViolations(used),
    ...sizeViolations(names, leftOut, body.length, target),
    ...targetViolations(cells, names, target),
  ];
  if (all.length > 0)
    throw new DataError(
      file,
      all.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    );

  const inputs = used.filter((column) => names[column] !== target);
  const labels = leftOut
    .map((name) => cells.values(names.indexOf(name)))
    .find((values) => new Set(values).size === body.length);
  return {
    columns: inputs.map((column) => names[column] as string),
    rows: body.map(({ fields }) => inputs.map((column) => Number(fields[column]))),
    target,
    targets: body.map(({ fields }) => Number(fields[names.indexOf(target)])),
    leftOut,
    ...(labels && { labels }),
  };
}

class Cells {
  readonly #names: readonly string[];
  readonly #body: readonly CsvRecord[];

  constructor(names: readonly string[], body: readonly CsvRecord[]) {
    this.#names = names;
    this.#body = body;
  }

  /** Of the rows that reach this far, none has a number here, and some have text. */
  holdsNoNumber(column: number): boolean {
    const values = this.values(column);
    return (
      values.some((value) => value !== '') &&
      !values.some((value) => isNumber(value) || DECIMAL_COMMA.test(value))
    );
  }

  values(column: number): string[] {
    return this.#body.flatMap(({ fields }) => fields[column]?.trim() ?? []);
  }

  shapeViolations(): Violation[] {
    const expected = this.#names.length;
    return this.#body
      .filter(({ fields }) => fields.length !== expected)
      .map(({ line, fields }) => ({
        line,
        message: `has ${fields.length} fields; the header has ${expected}`,
      }));
  }

  valueViolations(columns: readonly number[]): Violation[] {
    return this.#body.flatMap(({ line, fields }) =>
      columns.flatMap((column) => {
        const value = fields[column]?.trim();
        if (value === undefined || isNumber(value)) return [];
        return [{ line, column: this.#names[column] as string, message: notANumber(value) }];
      }),
    );
  }
}

function isNumber(value: string): boolean {
  return NUMBER.test(value) && Number.isFinite(Number(value));
}

function notANumber(value: string): string {
  if (value === '') return 'is empty; every cell needs a number';
  if (DECIMAL_COMMA.test(value)) return `"${value}" has a decimal comma; write ${value.replace(',', '.')}`;
  const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return `${JSON.stringify(shown)} is not a number`;
}

function headerViolations(names: readonly string[], line: number, target: string): Violation[] {
  const found: Violation[] = [];
  names.forEach((name, index) => {
    if (name === '') found.push({ line, message: `column ${index + 1} has no name in the header` });
    if (name !== '' && names.indexOf(name) < index)
      found.push({ line, column: name, message: 'appears twice in the header' });
  });
  if (!names.includes(target)) {
    const offered = names.map((name) => `"${name}"`).join(', ');
    found.push({ message: `there is no column "${target}" to predict; the file has ${offered}` });
  }
  return found;
}

function sizeViolations(
  names: readonly string[],
  leftOut: readonly string[],
  rows: number,
  target: string,
): Violation[] {
  const found: Violation[] = [];
  if (rows < MIN_ROWS) found.push({ message: `has ${rows} rows of data; at least ${MIN_ROWS} are needed` });
  if (rows > 0 && names.every((name) => name === target || leftOut.includes(name))) {
    found.push({ message: `has no column of numbers to predict "${target}" from` });
  }
  return found;
}

function targetViolations(cells: Cells, names: readonly string[], target: string): Violation[] {
  const values = cells.values(names.indexOf(target));
  const constant =
    values.length > 1 && values.every((value) => isNumber(value) && Number(value) === Number(values[0]));
  return constant
    ? [{ column: target, message: `is ${values[0]} in every row; there is nothing to predict` }]
    : [];
}
