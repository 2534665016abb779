import type { Report, Row, Target } from './benchmark.ts';

const HEADINGS = ['what', 'measured', 'baseline', 'ratio', 'target', ''];

/** The table of one benchmark, as text. */
export function tableOf({ title, name, seconds, others, rows }: Report): string {
  const cells = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) => row.map((cell, column) => pad(cell, widths[column]!, column)).join('  '));
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const [head, ...body] = lines.map((line) => line.trimEnd());
  const percent = (others * 100).toFixed(0);
  const about = `${name}, ${seconds.toFixed(0)} s, ${percent}% of the CPU time went to other programs`;
  return [`\n${title} (${about})`, head, rule.trimEnd(), ...body].join('\n');
}

/** Whether a row fails the bench. */
export const isWrong = (row: Row): boolean => row.correctness === true && row.ok === false;

export const isMissed = (row: Row): boolean => row.ok === false && !isWrong(row);

function cellsOf(row: Row): string[] {
  const { what, value, unit, within, baseline, ratio, target } = row;
  return [
    what,
    quantity(value, unit) + (within ? `, 95%: ${within.map(number).join(' to ')}` : ''),
    baseline ? `${quantity(baseline.value, unit)} (${baseline.what})` : '',
    ratio === undefined ? '' : `${number(ratio)}x`,
    target ? targetOf(target, ratio === undefined ? unit : 'x') : '',
    verdict(row),
  ];
}

function verdict(row: Row): string {
  if (isWrong(row)) return 'WRONG';
  if (isMissed(row)) return 'below target';
  return row.ok ? 'ok' : '';
}

function targetOf(target: Target, unit: string): string {
  const [sign, bound] = 'atLeast' in target ? ['>=', target.atLeast] : ['<=', target.atMost];
  return `${sign} ${unit === 'x' ? `${bound}x` : quantity(bound, unit)}`;
}

function quantity(value: number, unit: string): string {
  return `${number(value)}${unit && !unit.startsWith('/') ? ' ' : ''}${unit}`;
}

/** Three significant digits, and thousands set apart. */
function number(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** Text to the left, numbers to the right. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 || column === 2 || column === 5 ? cell.padEnd(width) : cell.padStart(width);
}
