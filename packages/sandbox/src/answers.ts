import { failedPrecondition, type PetriError, type Violation } from '@petri/core';
import {
  type GuestError,
  LOG_LEVELS,
  type Logs,
  type Outcome,
  OUTCOMES,
  type Receipt,
  type RunResult,
} from './outcome.ts';
import type { CallAnswer, LoadStage } from './protocol.ts';
import type { ScanReport } from './scan/finding.ts';
import type { JobResult } from './supervisor/job.ts';

export function outcomeOf({ o }: CallAnswer): Outcome {
  return OUTCOMES[o] ?? 'CRASHED';
}

export function guestError({ e, r }: CallAnswer): GuestError {
  if (e === undefined) return { name: '', message: r ?? '', stack: '', path: '' };
  const [name, message, stack, path] = e;
  return { name, message, stack, path };
}

export function logsOf({ l = [], d = 0 }: CallAnswer): Logs | undefined {
  if (l.length === 0 && d === 0) return undefined;
  return { lines: l.map(([level, text]) => ({ level: LOG_LEVELS[level] ?? 'info', text })), dropped: d };
}

export function receiptOf({ answer, workerPid, attempt, queuedUs, workerLost }: JobResult): Receipt {
  return {
    wallUs: answer.w,
    cpuUs: answer.c,
    heapBytes: answer.h,
    externalBytes: answer.x,
    outputBytes: answer.v === undefined ? 0 : Buffer.byteLength(answer.v),
    workerPid,
    attempt,
    queuedUs,
    reason: reasonOf(answer),
    workerLost,
  };
}

function reasonOf(answer: CallAnswer): string {
  if (answer.o === 0) return '';
  if (answer.r !== undefined) return answer.r;
  const { name, message, path } = guestError(answer);
  const where = path === '' ? '' : ` at ${path}`;
  return (
    `${name === '' ? '' : `${name}: `}${message}${where}` || 'threw something with neither name nor message'
  );
}

export function runResult(job: JobResult): RunResult {
  const { answer } = job;
  const result: RunResult = { outcome: outcomeOf(answer), receipt: receiptOf(job) };
  if (answer.o === 0) result.valueJson = answer.v ?? 'null';
  else result.error = guestError(answer);
  const logs = logsOf(answer);
  if (logs !== undefined) result.logs = logs;
  return result;
}

const STAGE_REASONS: Record<LoadStage, string> = {
  compile: 'COMPILE_FAILED',
  scan: 'SCAN_REFUSED',
  link: 'LINK_FAILED',
  evaluate: 'EVALUATE_FAILED',
  migrate: 'MIGRATION_FAILED',
  start: 'START_FAILED',
};

/** Code that could not be put in force: nothing has changed. */
export function loadFailure(what: string, job: JobResult): PetriError {
  const { answer } = job;
  const outcome = outcomeOf(answer);
  const error = guestError(answer);
  const { stage } = answer;
  const reason = outcome === 'THREW' && stage !== undefined ? STAGE_REASONS[stage] : `LOAD_${outcome}`;
  if (stage === 'scan' && answer.scan !== undefined)
    return failedPrecondition(reason, `${what}: ${reasonOf(answer)}`, {
      violations: scanViolations(answer.scan),
      metadata: { outcome, stage },
    });
  return failedPrecondition(reason, `${what}: ${reasonOf(answer)}`, {
    metadata: {
      outcome,
      stage: stage ?? '',
      guest_error_name: error.name,
      guest_error_message: error.message,
      guest_error_stack: error.stack,
      guest_error_path: error.path,
    },
  });
}

function scanViolations({ findings }: ScanReport): Violation[] {
  return findings
    .filter(({ refused }) => refused)
    .map(({ rule, module, line, column, message }) => ({
      field: `${module}:${line}:${column}`,
      description: message,
      reason: rule.toUpperCase().replaceAll('-', '_'),
    }));
}
