import { cancelled, invalid, type PetriError, resourceExhausted } from '@petri/core';
import { runResult } from './answers.ts';
import type { Catalog } from './catalog.ts';
import type { SandboxEvents } from './events/sandbox-events.ts';
import { checkEvaluator } from './evaluation/arguments.ts';
import { evaluation } from './evaluation/evaluation.ts';
import { compileEvaluator, evaluationTimeout } from './evaluation/evaluator.ts';
import type { Limits } from './limits.ts';
import type { RunResult, RunSpec, RunTarget } from './outcome.ts';
import type { SandboxRecord, WorkerLost } from './record.ts';
import { type StateKeeper, stateTakenBack } from './state-keeper.ts';
import type { JobRequest, JobResult, TaskRequest } from './supervisor/job.ts';
import type { Residence } from './supervisor/residence.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import type { CallOptions } from './api/call.ts';
import type { Evaluation, EvaluationSpec } from './api/evaluation.ts';

const DEFAULT_RUN_MS = 30_000;
// A full queue empties at an unknown pace: long enough not to hammer, short enough not to idle.
const RETRY_MS = 100;

/** Runs and evaluations of sandboxes: admission, limits, and the commit of what they changed. */
export class Runs {
  readonly #catalog: Catalog;
  readonly #supervisor: Supervisor;
  readonly #now: () => number;
  readonly #events: SandboxEvents;
  readonly #lost: WorkerLost;
  readonly #keeper: StateKeeper | undefined;

  /** Without a keeper nothing outlives the node. */
  constructor(
    catalog: Catalog,
    supervisor: Supervisor,
    now: () => number,
    events: SandboxEvents,
    lost: WorkerLost,
    keeper: StateKeeper | undefined,
  ) {
    this.#catalog = catalog;
    this.#supervisor = supervisor;
    this.#now = now;
    this.#events = events;
    this.#lost = lost;
    this.#keeper = keeper;
  }

  /** @throws PetriError not_found, failed_precondition, resource_exhausted, invalid_argument */
  async run(id: string, spec: RunSpec, options: CallOptions): Promise<RunResult> {
    const record = this.#catalog.require(id, options.tenant);
    checkArguments(spec.target, record.limits);
    const needsCode = spec.target.kind === 'call';
    const result = await this.#admit(record, options, needsCode, (limits) => ({
      task: runTask(spec, limits),
      cpuMs: Math.min(spec.cpuTimeMs ?? limits.cpuTimeMs, limits.cpuTimeMs),
    }));
    const answered = runResult(result);
    this.#events.run(record.identity, answered.outcome, answered.receipt);
    return answered;
  }

  /** @throws PetriError as `run`; failed_precondition FITNESS_PROGRAM_FAILED */
  async evaluate(id: string, spec: EvaluationSpec, options: CallOptions): Promise<Evaluation> {
    const record = this.#catalog.require(id, options.tenant);
    const evaluator = compileEvaluator(spec);
    checkEvaluator(spec, record.limits);
    const result = await this.#admit(record, options, true, (limits) => ({
      task: evaluator.task(false, evaluationTimeout(spec, limits.executionTimeMs), limits),
      cpuMs: limits.cpuTimeMs,
    }));
    return evaluation(this.#events, record.identity, evaluator, result);
  }

  async #admit(
    record: SandboxRecord,
    { signal, patient = false }: CallOptions,
    needsCode: boolean,
    request: (limits: Limits) => { task: TaskRequest; cpuMs: number },
  ): Promise<JobResult> {
    record.requireRunnable(needsCode);
    const { gate, queue, limits } = record;
    if (!queue.enter(limits.maxQueuedRuns)) {
      if (!patient) throw queueFull(record);
      await queue.wait(signal);
    }
    record.usedAtMs = this.#now();
    try {
      const turn = gate.enter();
      if (turn !== undefined) await turn;
      try {
        record.requireRunnable(needsCode);
        if (signal?.aborted === true) throw cancelled();
        return await this.#submit(record, request(record.limits), signal);
      } finally {
        gate.leave();
      }
    } finally {
      queue.leave();
      record.usedAtMs = this.#now();
    }
  }

  #submit(
    record: SandboxRecord,
    { task, cpuMs }: Pick<JobRequest, 'task' | 'cpuMs'>,
    signal: AbortSignal | undefined,
  ): Promise<JobResult> {
    const { residence, limits } = record;
    const request: JobRequest = {
      task,
      residence,
      plan: () => record.plan(),
      cpuMs,
      memoryBytes: limits.memoryBytes,
      settled: (result) => this.#settled(record, residence, result),
    };
    const result = this.#supervisor.submit(request, signal);
    return this.#keeper === undefined ? result : this.#kept(record, residence, result);
  }

  /** The result, once all that it builds on is durable. */
  async #kept(record: SandboxRecord, residence: Residence, result: Promise<JobResult>): Promise<JobResult> {
    const done = await result;
    if (record.residence !== residence) throw stateTakenBack(record.identity.id);
    await record.keeping?.last;
    return done;
  }

  #settled(record: SandboxRecord, residence: Residence, { answer, workerLost }: JobResult): void {
    record.runs++;
    record.cpuTotalUs += answer.c;
    record.heapBytes = answer.h;
    record.externalBytes = answer.x;
    if (answer.o === 0 && answer.s !== undefined && residence === record.residence) {
      if (this.#keeper === undefined) record.commitState(answer.s);
      else this.#keeper.commit(record, residence, answer.s);
    }
    if (!workerLost || answer.program === true) return;
    this.#lost(record, answer.r);
    if (record.status !== 'ERROR') return;
    this.#supervisor.stop(residence);
    this.#keeper?.stopped(record, residence);
  }
}

function queueFull({ identity: { id }, limits: { maxQueuedRuns } }: SandboxRecord): PetriError {
  const message = `sandbox "${id}" has ${maxQueuedRuns} runs waiting (limit max_queued_runs)`;
  return resourceExhausted('QUEUE_FULL', message, {
    resource: { type: 'sandbox', name: id },
    retryAfterMs: RETRY_MS,
  });
}

function runTask({ target, timeoutMs, determinism }: RunSpec, limits: Limits): TaskRequest {
  const wallMs = Math.min(timeoutMs ?? DEFAULT_RUN_MS, limits.executionTimeMs);
  const common =
    determinism === undefined
      ? { kind: 'run' as const, wallMs }
      : { kind: 'run' as const, wallMs, determinism };
  if (target.kind === 'expression') return { ...common, expression: target.expression };
  const { module, function: name, argumentsJson } = target;
  return { ...common, call: { module, function: name, args: argumentsJson } };
}

function checkArguments(target: RunTarget, { argumentBytes, sourceBytes }: Limits): void {
  const [field, text, most] =
    target.kind === 'call'
      ? ['spec.call.arguments', target.argumentsJson, argumentBytes]
      : ['spec.expression', target.expression, sourceBytes];
  // Three bytes a character is the most UTF-8 takes.
  if (text.length * 3 <= most) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > most)
    throw invalid([{ field, description: `has ${bytes} bytes as JSON, the limit is ${most}` }]);
}
