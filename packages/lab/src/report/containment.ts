import type { ContainmentReport } from '../containment/containment.ts';
import { align, count } from './format.ts';
import type { Output } from './output.ts';

/** Complaints printed one by one. */
const SHOWN = 10;

/** Prints what happened to each hostile program, and to everything that shared a node with it. */
export function printContainment(report: ContainmentReport, output: Output): void {
  const rows = report.hostiles.map(({ hostile, evaluation, contained }) => [
    contained ? 'contained' : 'NOT CONTAINED',
    hostile.name,
    evaluation?.outcome ?? 'no answer',
    evaluation === undefined ? '' : `${count(evaluation.wallMs)} ms`,
    evaluation?.reason ?? evaluation?.error ?? '',
  ]);
  for (const line of align([['', 'hostile', 'outcome', 'ran', 'reason'], ...rows], [3]))
    output.line(`  ${line}`);
  output.line(
    `  innocents in the same batch: ${count(report.right)} of ${count(report.innocents)} got exactly their score`,
  );
  for (const complaint of report.wrong.slice(0, SHOWN)) output.line(`    ${complaint}`);
  output.line(
    `  answers lost: ${report.lost.length === 0 ? 'none' : report.lost.slice(0, SHOWN).join(', ')}`,
  );
  output.line(
    `  the same innocents again, afterwards: ${report.servesAfterwards ? 'the same scores' : 'WRONG'}`,
  );
  const verdict = report.passed
    ? output.paint('green', 'nothing else was lost')
    : output.paint('red', 'containment failed');
  output.line(`  ${verdict}`);
}
