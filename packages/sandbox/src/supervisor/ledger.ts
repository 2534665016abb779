import { type Context, context } from '@opentelemetry/api';
import { type Outcome, OUTCOMES } from '../outcome.ts';
import type { Kill, KillReason } from '../api/kill.ts';
import { type JobRequest, type JobResult, tenantOf } from './job.ts';

const REASONS: Partial<Record<Outcome, KillReason>> = {
  TIMEOUT: 'timeout',
  CPU_LIMIT: 'cpu',
  MEMORY_LIMIT: 'memory',
  OUTPUT_LIMIT: 'output',
  CRASHED: 'crash',
};

/**
 * What it takes to start a worker, in milliseconds of CPU time, measured; its neighbours' isolates have to be made again, too.
 * Whoever takes one down is charged that much, in its quota and in its turns: nothing else bounds how many one tenant may take.
 */
export const REPLACEMENT_CPU_MS = 75;

const RUNS: ReadonlySet<JobRequest['task']['kind']> = new Set(['run', 'suite', 'program']);

export type LedgerEvents = {
  killed: (kill: Kill) => void;
  /** CPU time was used on behalf of a tenant, in microseconds. */
  used: (tenant: string, cpuUs: number) => void;
};

/** Counts how jobs ended. Receipts, counts and events all tell what was settled here, so that they cannot differ. */
export class Ledger {
  readonly #events: LedgerEvents;
  /** Jobs accepted and not settled. */
  pending = 0;
  /** Runs and evaluations, by outcome. */
  readonly runs = new Map<Outcome, number>();
  /** Workers that went with the job they did, by its outcome. */
  readonly kills = new Map<Outcome, number>();

  constructor(events: LedgerEvents) {
    this.#events = events;
  }

  /** `caller` is the context in which kills are told of. */
  settled(request: JobRequest, { answer, workerPid, workerLost }: JobResult, caller: Context): void {
    this.pending--;
    const { task, residence } = request;
    this.#events.used(tenantOf(request), answer.c + (workerLost ? REPLACEMENT_CPU_MS * 1000 : 0));
    const outcome = OUTCOMES[answer.o] ?? 'CRASHED';
    if (RUNS.has(task.kind)) add(this.runs, outcome);
    if (workerLost) add(this.kills, outcome);
    const reason = REASONS[outcome];
    if (reason === undefined) return;
    const kill: Kill = {
      reason,
      outcome,
      task: task.kind,
      sandboxId: residence?.sandboxId,
      tenant: tenantOf(request),
      fitnessProgram: answer.program === true,
      detail: answer.r ?? answer.e?.[1] ?? '',
      wallUs: answer.w,
      cpuUs: answer.c,
      workerPid,
      workerLost,
    };
    context.with(caller, () => this.#events.killed(kill));
  }
}

function add(counts: Map<Outcome, number>, outcome: Outcome): void {
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
}
