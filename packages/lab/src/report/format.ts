/** Grouped by thousands, the same in every locale. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Six significant digits, enough to compare a prediction with a measurement. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(3)} %`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** `COMPLETED 812 · TIMEOUT 3`, most frequent first. */
export function tally(counts: Readonly<Record<string, number | undefined>>): string {
  const entries = Object.entries(counts).filter(([, number]) => number !== undefined && number > 0) as [
    string,
    number,
  ][];
  if (entries.length === 0) return 'none';
  return entries
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, number]) => `${name} ${count(number)}`)
    .join(' · ');
}

export function sum(counts: Readonly<Record<string, number | undefined>>): number {
  return Object.values(counts).reduce<number>((all, number) => all + (number ?? 0), 0);
}

/** Counts of several places, added up. */
export function total<K extends string>(
  parts: readonly Readonly<Partial<Record<K, number>>>[],
): Partial<Record<K, number>> {
  const all: Partial<Record<K, number>> = {};
  for (const part of parts)
    for (const key of Object.keys(part) as K[]) all[key] = (all[key] ?? 0) + (part[key] ?? 0);
  return all;
}

/** Rows of cells, each column as wide as its widest cell; columns whose index is in `right` are flush right. */
export function align(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
