import type { Evaluation, Logs, RunResult } from '@petri/sandbox';

/** About how many bytes a result takes in a message, beyond what every result takes. */
export function sizeOfRun({ valueJson, logs }: RunResult): number {
  return (valueJson?.length ?? 0) + sizeOfLogs(logs);
}

export function sizeOfEvaluation({ cases, logs }: Evaluation): number {
  let bytes = sizeOfLogs(logs) + cases.length * 64;
  for (const { valueJson } of cases) bytes += valueJson?.length ?? 0;
  return bytes;
}

function sizeOfLogs(logs: Logs | undefined): number {
  let bytes = 0;
  for (const { text } of logs?.lines ?? []) bytes += text.length;
  return bytes;
}
