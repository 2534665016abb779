import type { Outcome } from '../outcome.ts';

export type KillReason = 'timeout' | 'cpu' | 'memory' | 'output' | 'crash';

/** A guest was stopped because it broke a limit or its worker. */
export type Kill = {
  reason: KillReason;
  /** As in the receipt. */
  outcome: Outcome;
  /** What was being done: a run, an evaluation (`suite`, `program`), a `load` of code, a `stop`, a `scan`. */
  task: 'run' | 'load' | 'suite' | 'program' | 'stop' | 'usage' | 'scan';
  /** Undefined for one-shot candidates. */
  sandboxId: string | undefined;
  /** On whose behalf. */
  tenant: string;
  /** Whether it was the fitness program that was stopped, not the candidate. */
  fitnessProgram: boolean;
  /** The receipt's reason, for people. */
  detail: string;
  /** Microseconds. */
  wallUs: number;
  cpuUs: number;
  workerPid: number;
  /** Whether the worker process went with it; if not, at most an isolate did. */
  workerLost: boolean;
};
