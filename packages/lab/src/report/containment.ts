import type { ContainmentReport, HostileReport } from '../containment/containment.ts';
import { align, count } from './format.ts';
import type { Output } from './output.ts';

/** Complaints printed one by one. */
const SHOWN = 10;

/** Prints what happened to each hostile program, and to everything that shared a node with it. */
export function printContainment(report: ContainmentReport, output: Output): void {
  const header = ['', 'hostile program', 'outcome', 'ran', 'worker', 'why it ended'];
  for (const line of align([header, ...report.hostiles.map(row)], [3])) output.line(`  ${line}`);
  const { right, innocents, lost, servesAfterwards } = report;
  output.line(
    `  innocent programs in the same batch: ${count(right)} of ${count(innocents)} got exactly the score they should`,
  );
  for (const complaint of report.wrong.slice(0, SHOWN)) output.line(`    ${complaint}`);
  output.line(`  answers lost: ${lost.length === 0 ? 'none' : lost.slice(0, SHOWN).join(', ')}`);
  output.line(
    `  the innocent once more, after the attack: ${servesAfterwards ? 'the same scores' : 'WRONG SCORES'}`,
  );
  const verdict = report.passed
    ? output.paint('green', 'every hostile program was contained, and nothing else was lost')
    : output.paint('red', 'containment failed');
  output.line(`  ${verdict}`);
}

function row({ hostile, evaluation, contained }: HostileReport): string[] {
  const mark = contained ? 'ok' : 'NOT CONTAINED';
  if (evaluation === undefined) return [mark, hostile.name, 'no answer'];
  const { outcome, wallMs, workerLost = false, reason, error, score } = evaluation;
  const answer = score === undefined ? '' : `it answered, and scored ${score}`;
  return [
    mark,
    hostile.name,
    outcome,
    `${count(wallMs)} ms`,
    workerLost ? 'killed' : 'kept',
    reason ?? error ?? answer,
  ];
}
