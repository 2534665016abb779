import { type PetriError, resourceExhausted, unavailable } from '@petri/core';
import type { Answer } from '../protocol.ts';
import { monotonicMs, PHASE } from '../recorder.ts';
import { Cancellations } from './cancellations.ts';
import { crashVerdict } from './crash.ts';
import { FairQueue } from './fair-queue.ts';
import { Fleet, type FleetOptions } from './fleet.ts';
import { Job, type JobRequest, type JobResult, tenantOf } from './job.ts';
import { kernelKills } from './kernel-kills.ts';
import { Ledger, type LedgerEvents, REPLACEMENT_CPU_MS } from './ledger.ts';
import type { Lane, LaneEvents, Verdict } from './lane.ts';
import type { Residence } from './residence.ts';
import { Watchdog } from './watchdog.ts';
import type { WorkerExit, WorkerProcess } from './worker-process.ts';

// A sandbox moves to another lane when its own has so much more to do, in milliseconds of work: it has to be built again there.
const BACKLOG_WORTH_MOVING_MS = 5;
// So much work is not done in less.
const RETRY_MS = 1_000;
const STOPPED = 'the sandbox was stopped';

/**
 * Gets jobs done by workers, whatever the guests do: exact blame, replacement of what was lost, and every other job
 * run again. It owns the clock and the processes; it knows nothing of sandboxes but where their isolates are.
 */
export class Supervisor {
  readonly #fleet: Fleet;
  readonly #watchdog: Watchdog;
  readonly #cancellations = new Cancellations((job) => this.#cancel(job));
  /** Jobs of no sandbox, for whichever lane has room. */
  readonly #oneShots = new FairQueue<Job>(({ request }) => tenantOf(request), monotonicMs);
  /** Jobs of sandboxes for which there is no lane now. */
  #homeless: Job[] = [];
  readonly #most: number;
  #lastJob = 0;
  #closed = false;
  readonly ledger: Ledger;
  workersLostToOthers = 0;
  #kernelKills = kernelKills();

  private constructor(options: FleetOptions, ledger: LedgerEvents) {
    this.ledger = new Ledger(ledger);
    this.#most = options.most;
    const events: LaneEvents = {
      answered: (lane, job, answer) => this.#answered(lane, job, answer),
      lost: (lane, exit) => this.#lost(lane, exit),
      room: (lane) => this.#feed(lane),
    };
    this.#fleet = new Fleet(options, events, (lane) => this.#joined(lane));
    this.#watchdog = new Watchdog(() => this.#fleet.lanes, options.workerBytes, {
      crowded: (lane, bytes) => lane.notify({ kind: 'shed', bytes }),
      held: (lane, taskId) => this.#hold(lane, taskId),
      released: (lane) => this.#unhold(lane),
      condemned: (lane, verdict) => this.#condemn(lane, verdict),
    });
  }

  /** Resolves when all workers are ready. */
  static async start(options: FleetOptions, ledger: LedgerEvents): Promise<Supervisor> {
    const supervisor = new Supervisor(options, ledger);
    try {
      await supervisor.#fleet.start();
    } catch (thrown) {
      await supervisor.close();
      throw thrown;
    }
    return supervisor;
  }

  /**
   * Does a job. Resolves whatever the guest does.
   *
   * @throws PetriError unavailable, when the supervisor is closed; resource_exhausted, when too much waits
   */
  submit(request: JobRequest, signal?: AbortSignal): Promise<JobResult> {
    if (this.#closed) return Promise.reject(closedError());
    // What makes room is never refused.
    if (this.ledger.pending >= this.#most && request.task.kind !== 'stop')
      return Promise.reject(saturatedError(this.ledger.pending));
    this.ledger.pending++;
    const job = new Job(++this.#lastJob, request, this.ledger);
    if (signal !== undefined) this.#cancellations.watch(signal, job);
    if (!job.settled) this.#place(job);
    this.#watchdog.wake();
    return job.result;
  }

  /** Lets no more jobs of a sandbox run, whatever is under way. */
  stop(residence: Residence): void {
    residence.stopped = true;
    this.cancelResidence(residence, STOPPED);
  }

  /** Cancels every job of a sandbox; `why` is the reason that callers are given. */
  cancelResidence(residence: Residence, why: string): void {
    const jobs = this.#homeless.filter(({ request }) => request.residence === residence);
    for (const lane of this.#fleet.lanes) jobs.push(...lane.jobsOf(residence));
    for (const job of jobs) {
      if (job.cancelledAt === undefined) job.cancelledFor = why;
      this.#cancel(job);
    }
  }

  /** The sandbox is gone: so is what was built of it, and its worker if it had one to itself. */
  release(residence: Residence): void {
    const own = this.#ownLane(residence);
    residence.released = true;
    residence.forget();
    if (own !== undefined) this.#retire(own);
  }

  get lanes(): ReadonlySet<Lane> {
    return this.#fleet.lanes;
  }

  get spares(): readonly WorkerProcess[] {
    return this.#fleet.spares;
  }

  /** Ends all workers. What was under way is CANCELLED. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watchdog.stop();
    const jobs = [...this.#oneShots.extract(() => true), ...this.#homeless.splice(0)];
    for (const lane of this.#fleet.lanes) jobs.push(...lane.giveUp(() => true));
    for (const job of jobs) job.cancelled('the node is closing');
    await this.#fleet.close();
  }

  #place(job: Job): void {
    const { residence } = job.request;
    if (residence === undefined) {
      this.#oneShots.push(job);
      this.#feedAll();
      return;
    }
    const lane = this.#laneFor(residence, job.request.near);
    if (lane === undefined) {
      this.#homeless.push(job);
      this.#fleet.want(residence.alone ? residence : undefined);
    } else {
      residence.settle(lane);
      lane.push(job);
    }
  }

  /** Where the sandbox is, unless that is held by somebody else's run or far behind; else where there is least to do. */
  #laneFor(residence: Residence, near: Residence | undefined): Lane | undefined {
    const { lane } = residence;
    if (lane !== undefined && lane.verdict === undefined) {
      if (residence.inFlight > 0 || residence.alone) return lane;
      if (!lane.held && lane.backlogOf(residence.tenant) < BACKLOG_WORTH_MOVING_MS) return lane;
      if (lane.jobsOf(residence).length > 0) return lane;
    }
    if (residence.alone) return this.#ownLane(residence);
    if (near?.lane?.open === true) return near.lane;
    let best: Lane | undefined;
    for (const candidate of this.#fleet.lanes) {
      if (!candidate.open || candidate.owner !== undefined) continue;
      if (best === undefined || isFreer(candidate, best)) best = candidate;
    }
    if (lane?.open !== true || best === undefined) return best;
    const behind = lane.backlogOf(residence.tenant) - best.backlogOf(residence.tenant);
    return behind < BACKLOG_WORTH_MOVING_MS ? lane : best;
  }

  /** The worker it has to itself, which stays its own when what was built there is dropped. */
  #ownLane(residence: Residence): Lane | undefined {
    if (!residence.alone) return undefined;
    for (const lane of this.#fleet.lanes)
      if (lane.owner === residence && lane.verdict === undefined) return lane;
    return undefined;
  }

  /** Gives one-shot jobs to lanes that have room. */
  #feedAll(): void {
    let open = false;
    for (const lane of this.#fleet.lanes) {
      if (lane.owner !== undefined) continue;
      open ||= lane.open;
      for (let room = lane.room; room > 0; room--) {
        const job = this.#oneShots.take();
        if (job === undefined) break;
        lane.push(job);
      }
    }
    if (!open && this.#oneShots.size > 0) this.#fleet.want(undefined);
  }

  /** A lane is there, or free again: it gets what waits for one. */
  #feed(lane: Lane): void {
    if (this.#closed) return;
    lane.idleSince = monotonicMs();
    if (lane.owner !== undefined) return;
    if (this.#homeless.length > 0) {
      const homeless = this.#homeless;
      this.#homeless = [];
      for (const job of homeless) this.#place(job);
    }
    this.#feedAll();
    if (lane.load === 0) this.#steal(lane);
    this.#fleet.retireExtra(lane, (extra) => this.#retire(extra));
  }

  #steal(thief: Lane): void {
    if (!thief.open) return;
    for (const lane of this.#fleet.lanes) {
      if (lane === thief || lane.backlogMs < BACKLOG_WORTH_MOVING_MS) continue;
      const residence = lane.stealable();
      if (residence === undefined) continue;
      const jobs = lane.giveUp((job) => job.request.residence === residence);
      residence.settle(thief);
      for (const job of jobs) thief.push(job);
      return;
    }
  }

  /** One run keeps a worker: everything else that waits there goes elsewhere. */
  #hold(lane: Lane, taskId: number): void {
    if (lane.worker.doing().taskId !== taskId) return; // it is over
    lane.holdFor(taskId);
    const running = lane.sent.get(taskId)?.request.residence;
    const jobs = lane.giveUp(
      (job) => job.wireId !== taskId && (running === undefined || job.request.residence !== running),
    );
    this.#replace(jobs);
  }

  #unhold(lane: Lane): void {
    lane.holdFor(undefined);
    this.#feed(lane);
  }

  #condemn(lane: Lane, verdict: Verdict): void {
    lane.verdict = verdict;
    if (verdict.job === undefined) {
      const entry = lane.worker.doing();
      const lost = lane.sent.get(entry.taskId);
      if (lost !== undefined) lost.lostCpuMs += this.#watchdog.usage(lane, entry).cpuMs;
    }
    this.#replace(lane.giveUp((job) => job !== verdict.job));
    void lane.worker.kill();
  }

  /** Places jobs anew, in their order. */
  #replace(jobs: Job[]): void {
    for (const job of jobs) {
      if (job.request.residence?.stopped === true) {
        job.cancelled(STOPPED);
        continue;
      }
      // What a lost isolate used, no other can say.
      if (job.cancelledAt !== undefined || job.request.task.kind === 'usage') {
        job.cancelled('cancelled by the caller');
        continue;
      }
      const { residence } = job.request;
      if (residence !== undefined && residence.inFlight === 0) this.#moveAway(residence);
      this.#place(job);
    }
    if (jobs.length > 0) this.#watchdog.wake();
  }

  #moveAway(residence: Residence): void {
    const { lane } = residence;
    if (lane !== undefined && (lane.held || lane.verdict !== undefined)) residence.forget();
  }

  #answered(lane: Lane, job: Job, answer: Answer): void {
    job.settle(answer, lane.worker.pid, false);
    if (job.request.residence === undefined) this.#oneShots.learn(job, answer.c / 1000);
    if (lane.held && job.wireId === lane.holder) this.#unhold(lane);
  }

  /** A worker is gone. Whose fault it was, the flight recorder tells. */
  #lost(lane: Lane, exit: WorkerExit): void {
    if (lane.retired) return;
    const { verdict } = lane;
    const entry = lane.worker.doing();
    const culprit = verdict === undefined ? lane.sent.get(entry.taskId) : verdict.job;
    const jobs = lane.giveUp(() => true).filter((job) => !job.settled);
    for (const residence of lane.residences.values()) residence.gone();
    if (this.#closed) return;
    if (culprit === undefined) this.workersLostToOthers++;
    else this.#blame(culprit, lane, exit);
    this.#fleet.lost(lane);
    this.#replace(jobs.filter((job) => !job.settled));
  }

  /** Settles the run that took its worker with it; or, if that is not certain, has it tried again. */
  #blame(culprit: Job, lane: Lane, exit: WorkerExit): void {
    const { verdict, worker } = lane;
    const entry = worker.doing();
    const usage = this.#watchdog.usage(lane, entry);
    const kills = kernelKills();
    const starved = kills > this.#kernelKills;
    this.#kernelKills = kills;
    const printed = worker.printedSince(entry.startedAt);
    const wallMs = monotonicMs() - entry.startedAt;
    const { grownBytes } = usage;
    const judged = verdict ?? crashVerdict(culprit, { ...exit, wallMs, printed, starved, grownBytes });
    if (judged === undefined) {
      this.workersLostToOthers++;
      culprit.lostCpuMs += usage.cpuMs;
      return;
    }
    const used = verdict ?? { wallMs, cpuMs: usage.cpuMs };
    for (const queue of [this.#oneShots, ...this.#fleet.lanes])
      queue.charge(culprit, used.cpuMs + REPLACEMENT_CPU_MS);
    culprit.condemn(judged.outcome, judged.reason, used, worker.pid, true, entry.phase === PHASE.program);
  }

  /** A new lane takes what waited for it. */
  #joined(lane: Lane): void {
    // It slept while what waits had no lane: without this, no deadline would be kept.
    this.#watchdog.wake();
    const { owner } = lane;
    if (owner === undefined) {
      this.#feed(lane);
      return;
    }
    const own = this.#homeless.filter(({ request }) => request.residence === owner);
    this.#homeless = this.#homeless.filter(({ request }) => request.residence !== owner);
    owner.settle(lane);
    for (const job of own) lane.push(job);
  }

  /** Ends a lane that is not needed any more; its sandboxes are rebuilt elsewhere when they are next run. */
  #retire(lane: Lane): void {
    for (const residence of lane.residences.values()) residence.gone();
    const jobs = lane.giveUp(() => true);
    this.#fleet.retire(lane);
    this.#replace(jobs);
  }

  #cancel(job: Job): void {
    if (job.settled) return;
    job.cancelledAt = monotonicMs();
    const at = this.#homeless.indexOf(job);
    if (at >= 0) this.#homeless.splice(at, 1);
    if (at >= 0 || this.#oneShots.remove(job)) {
      job.cancelled();
      return;
    }
    for (const lane of this.#fleet.lanes) lane.cancel(job);
  }
}

function closedError(): PetriError {
  return unavailable('CLOSING', 'the node is closing');
}

function saturatedError(pending: number): PetriError {
  return resourceExhausted('NODE_SATURATED', `${pending} runs wait or are under way on this node`, {
    retryAfterMs: RETRY_MS,
  });
}

function isFreer(left: Lane, right: Lane): boolean {
  if (left.load !== right.load) return left.load < right.load;
  return left.residences.size < right.residences.size;
}
