import { context } from '@opentelemetry/api';
import { type Outcome, OUTCOMES } from '../outcome.ts';
import type { Answer, BuildPlan, Task } from '../protocol.ts';
import { monotonicMs } from '../recorder.ts';
import type { Ledger } from './ledger.ts';
import type { Residence } from './residence.ts';

/** A task as the runtime asks for it: the supervisor adds ids, keys, plans and budgets. */
export type TaskRequest = Task extends infer T
  ? T extends Task
    ? Omit<T, 'id' | 'key' | 'plan' | 'cpuMs' | 'beside'>
    : never
  : never;

export type JobRequest = {
  task: TaskRequest;
  /** Where the sandbox lives; absent for one-shot candidates. */
  residence?: Residence;
  /** For whom it is done, where there is no sandbox to tell. Default ''. */
  tenant?: string;
  /** Where the sandbox lives until a load has made `residence`: the best place for it. */
  near?: Residence;
  /** What to build if no worker holds it. */
  plan: () => BuildPlan;
  /** CPU time of the run, in milliseconds; memory it may add to its worker, in bytes. */
  cpuMs: number;
  memoryBytes: number;
  /** Told of the result before anything else happens: what it commits is in force for the sandbox's next job. */
  settled?: (result: JobResult) => void;
  /** Told when the code is evaluated and its start() runs. */
  starting?: () => void;
};

const CANCELLED = OUTCOMES.indexOf('CANCELLED');

/** For whom a job is done. */
export function tenantOf({ residence, tenant = '' }: JobRequest): string {
  return residence?.tenant ?? tenant;
}

export type JobResult = {
  answer: Answer;
  workerPid: number;
  attempt: number;
  queuedUs: number;
  workerLost: boolean;
};

/** One task on its way: queued, sent to a worker, perhaps sent to another, and settled once. */
export class Job {
  readonly id: number;
  readonly request: JobRequest;
  readonly result: Promise<JobResult>;
  readonly #resolve: (result: JobResult) => void;
  readonly #ledger: Ledger;
  readonly #acceptedAt = monotonicMs();
  /** The trace of whoever asked for it. */
  readonly #context = context.active();
  #sentAt = 0;
  settled = false;
  /** How often it was handed to a worker. */
  attempt = 0;
  /** Times a worker died while it ran, for no reason that the supervisor gave. */
  crashes = 0;
  /** CPU time of attempts that were lost with their workers, in milliseconds. */
  lostCpuMs = 0;
  /** Times its worker was ended for having too much memory. */
  crowded = 0;
  cancelledAt: number | undefined;
  /** Why it is cancelled, if that is not its caller's wish. */
  cancelledFor: string | undefined;
  /** The set of jobs that its signal cancels. */
  watched: Set<Job> | undefined;
  /** Its id on the wire, another each time it is sent: late answers to an earlier sending mean nothing. */
  wireId = 0;

  constructor(id: number, request: JobRequest, ledger: Ledger) {
    this.id = id;
    this.request = request;
    this.#ledger = ledger;
    let resolve!: (result: JobResult) => void;
    this.result = new Promise((given) => (resolve = given));
    this.#resolve = resolve;
  }

  sent(wireId: number): void {
    this.wireId = wireId;
    this.attempt++;
    this.#sentAt = monotonicMs();
  }

  settle(answer: Answer, workerPid: number, workerLost: boolean): void {
    if (this.settled) return;
    this.settled = true;
    answer.c += Math.round(this.lostCpuMs * 1000);
    if (this.cancelledFor !== undefined && answer.o === CANCELLED) answer.r = this.cancelledFor;
    const waitedMs = (this.#sentAt || monotonicMs()) - this.#acceptedAt;
    const queuedUs = Math.max(0, Math.round(waitedMs * 1000));
    const result = { answer, workerPid, attempt: this.attempt, queuedUs, workerLost };
    this.watched?.delete(this);
    this.#ledger.settled(this.request, result, this.#context);
    this.request.settled?.(result);
    this.#resolve(result);
  }

  /** Settles it as cancelled, with nothing done. */
  cancelled(reason = 'cancelled by the caller before it started'): void {
    this.condemn('CANCELLED', reason, { wallMs: 0, cpuMs: 0 }, 0, false);
  }

  /** Settles with a verdict of the supervisor's, for a run that did not live to answer. */
  condemn(
    outcome: Outcome,
    reason: string,
    used: { wallMs: number; cpuMs: number },
    workerPid: number,
    workerLost: boolean,
    /** Whether it was the fitness program's doing, not the candidate's. */
    program = false,
  ): void {
    const answer: Answer = {
      id: this.wireId,
      o: OUTCOMES.indexOf(outcome),
      r: reason,
      w: Math.max(0, Math.round(used.wallMs * 1000)),
      c: Math.max(0, Math.round(used.cpuMs * 1000)),
      h: 0,
      x: 0,
      program,
    };
    this.settle(answer, workerPid, workerLost);
  }
}
