import type { FromWorker, Task, ToWorker } from '../protocol.ts';
import { monotonicMs } from '../recorder.ts';
import { FairQueue } from './fair-queue.ts';
import { type Job, tenantOf } from './job.ts';
import type { Residence } from './residence.ts';
import type { WorkerExit, WorkerProcess } from './worker-process.ts';

// Enough tasks are under way to keep a worker busy for so long, in milliseconds; more could not be taken back in time.
const AHEAD_MS = 4;
// Where tenants share the worker, one waits behind another's job that runs, not behind the next one too.
const MIN_AHEAD = 2;
const MAX_AHEAD = 256;
const MAX_PARKED = 4_096;
const SMOOTHING = 0.05;
// Large arguments: no more than this stands in the channel to one worker, in bytes.
const MAX_UNSENT = 1 << 20;

export type LaneEvents = {
  answered: (
    lane: Lane,
    job: Job,
    answer: Extract<FromWorker, { kind: 'answers' }>['answers'][number],
  ) => void;
  lost: (lane: Lane, exit: WorkerExit) => void;
  /** There is room for more jobs. */
  room: (lane: Lane) => void;
};

/** Why a worker is being ended, and for which job. */
export type Verdict = {
  job: Job | undefined;
  outcome: 'TIMEOUT' | 'CPU_LIMIT' | 'MEMORY_LIMIT' | 'CANCELLED';
  reason: string;
  /** Wall and CPU time the job was seen to use, in milliseconds. */
  wallMs: number;
  cpuMs: number;
};

/** One worker and the jobs that are its own: some sent, some waiting to be. */
export class Lane {
  static #lastWireId = 0;

  readonly worker: WorkerProcess;
  readonly residences = new Map<number, Residence>();
  /** The sandbox that has this worker to itself. */
  readonly owner: Residence | undefined;
  readonly #events: LaneEvents;
  readonly #waiting = new FairQueue<Job>(({ request }) => tenantOf(request), monotonicMs);
  readonly #sent = new Map<number, Job>();
  /** Those of them that wait for a timer: they keep nobody from being sent. */
  readonly #parked = new Set<number>();
  #notices: ToWorker[] = [];
  #flushing = false;
  #taskMs = 0.1;
  #holder: number | undefined;
  completed = 0;
  verdict: Verdict | undefined;
  idleSince = 0;
  /** Its worker is being ended because nobody needs it. */
  retired = false;

  constructor(worker: WorkerProcess, owner: Residence | undefined, events: LaneEvents) {
    this.worker = worker;
    this.owner = owner;
    this.#events = events;
  }

  /** From now on events are told, at once if its worker is gone already. */
  begin(): void {
    this.worker.attach({
      message: (message) => this.#receive(message),
      exit: (exit) => this.#events.lost(this, exit),
    });
  }

  /** Whether one job keeps it busy for longer than a moment: it is sent no others. */
  get held(): boolean {
    return this.#holder !== undefined;
  }

  get holder(): number | undefined {
    return this.#holder;
  }

  holdFor(jobId: number | undefined): void {
    this.#holder = jobId;
    this.#scheduleFlush();
  }

  get sent(): ReadonlyMap<number, Job> {
    return this.#sent;
  }

  /** Jobs sent and waiting. */
  get load(): number {
    return this.#sent.size + this.#waiting.size;
  }

  /** Whether an answer is due: to a job that waits for no timer, neither its own nor that of its sandbox's job before it. */
  get owes(): boolean {
    if (this.#sent.size === this.#parked.size) return false;
    const asleep = new Set([...this.#parked].map((id) => this.#sent.get(id)?.request.residence));
    for (const [id, { request }] of this.#sent)
      if (!this.#parked.has(id) && (request.residence === undefined || !asleep.has(request.residence)))
        return true;
    return false;
  }

  /** Milliseconds of work that has not been sent yet, by experience. */
  get backlogMs(): number {
    return this.#waiting.size * this.#taskMs;
  }

  /** The part of it that is done before the last of a tenant's jobs. */
  backlogOf(tenant: string): number {
    return this.#waiting.ahead(tenant) * this.#taskMs;
  }

  /** Whether it takes new jobs. */
  get open(): boolean {
    return this.#holder === undefined && this.verdict === undefined;
  }

  /** How many jobs given now would be sent at once. */
  get room(): number {
    if (!this.open || this.worker.unsentBytes >= MAX_UNSENT) return 0;
    return this.#window - this.#underWay - this.#waiting.size;
  }

  push(job: Job): void {
    this.#waiting.push(job);
    this.#scheduleFlush();
  }

  cancel(job: Job): void {
    if (this.#waiting.remove(job)) {
      job.cancelled();
    } else if (this.#sent.get(job.wireId) === job) {
      this.notify({ kind: 'cancel', id: job.wireId });
      if (!this.#isBehind(job)) return;
      this.#take(job.wireId);
      job.cancelled();
    }
  }

  /** Its tenant's jobs here have their turns later by what this one has cost elsewhere, in milliseconds. */
  charge(job: Job, ms: number): void {
    this.#waiting.charge(job, ms);
  }

  /** Something has changed for jobs that wait here. */
  wake(): void {
    this.#scheduleFlush();
  }

  notify(message: ToWorker): void {
    this.#notices.push(message);
    this.#scheduleFlush();
  }

  /** Gives up jobs for which `wanted` holds; in the order in which they came. Late answers to them are ignored. */
  giveUp(wanted: (job: Job) => boolean): Job[] {
    const given: Job[] = [];
    for (const job of this.#sent.values()) {
      if (!wanted(job)) continue;
      given.push(job);
      this.#take(job.wireId);
      this.#notices.push({ kind: 'cancel', id: job.wireId });
    }
    given.push(...this.#waiting.extract(wanted));
    this.#scheduleFlush();
    return given;
  }

  /** Jobs of one sandbox that another lane could take: none of its jobs is under way here. */
  stealable(): Residence | undefined {
    let last: Residence | undefined;
    for (const { request } of this.#waiting) {
      const { residence } = request;
      if (residence !== undefined && residence.inFlight === 0 && !residence.alone) last = residence;
    }
    return last;
  }

  jobsOf(residence: Residence): Job[] {
    return [...this.#sent.values(), ...this.#waiting].filter(
      ({ request }) => request.residence === residence,
    );
  }

  get #underWay(): number {
    return this.#sent.size - Math.min(this.#parked.size, MAX_PARKED);
  }

  get #window(): number {
    const least = this.#waiting.shared ? 1 : MIN_AHEAD;
    return Math.min(MAX_AHEAD, Math.max(least, Math.round(AHEAD_MS / this.#taskMs)));
  }

  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    // Whatever is asked for in one turn of the event loop goes out in one frame.
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const messages: ToWorker[] = this.#notices;
    this.#notices = [];
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      job.sent(++Lane.#lastWireId);
      this.#sent.set(job.wireId, job);
      messages.push(this.#message(job));
    }
    if (messages.length > 0) this.worker.send(messages);
  }

  /** The next job to be sent, if any may be. */
  #next(): Job | undefined {
    if (!this.open || this.#underWay >= this.#window || this.worker.unsentBytes >= MAX_UNSENT)
      return undefined;
    // What to build goes out only while nothing of the sandbox is under way: what is, may yet change its state.
    return this.#waiting.take(({ request: { residence } }) => {
      return residence === undefined || residence.planned || residence.inFlight === 0;
    });
  }

  #dropped(key: number): void {
    const residence = this.residences.get(key);
    if (residence === undefined) return;
    // While anything of the sandbox is here, it stays here: elsewhere it would be at work twice.
    if (residence.alone || this.jobsOf(residence).length > 0) residence.planned = false;
    else residence.gone();
  }

  #message(job: Job): Task {
    const { task, residence, plan, cpuMs } = job.request;
    const id = job.wireId;
    if (residence === undefined) return { ...task, id, key: 0, cpuMs, plan: plan() };
    residence.inFlight++;
    residence.settle(this);
    const { key } = residence;
    if (task.kind === 'load') {
      residence.planned = true;
      const { near } = job.request;
      const load = { ...task, id, key, cpuMs, plan: plan() };
      return near?.lane === this && near.planned ? { ...load, beside: near.key } : load;
    }
    if (residence.planned) return { ...task, id, key, cpuMs };
    residence.planned = true;
    return { ...task, id, key, cpuMs, plan: plan() };
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'answers':
        // What comes after a verdict comes too late: the job's sandbox may be at work elsewhere.
        if (this.verdict !== undefined) return;
        for (const answer of message.answers) {
          const job = this.#take(answer.id);
          if (job === undefined) continue;
          this.completed++;
          const tookMs = Math.min(answer.w, answer.c + 50) / 1000;
          this.#taskMs += SMOOTHING * (tookMs - this.#taskMs);
          this.#waiting.learn(job, tookMs);
          this.#events.answered(this, job, answer);
        }
        for (const key of message.dropped) this.#dropped(key);
        break;
      case 'missing': {
        const job = this.#take(message.id);
        if (job === undefined) break;
        if (job.cancelledAt !== undefined) {
          job.cancelled();
          break;
        }
        const { residence } = job.request;
        if (residence !== undefined) residence.planned = false;
        // A sandbox's jobs keep their order, and ids are given in that order.
        this.#waiting.insert(job, ({ id }) => id > job.id);
        break;
      }
      case 'parked':
        if (this.#sent.has(message.id)) this.#parked.add(message.id);
        break;
      case 'starting':
        this.#sent.get(message.id)?.request.starting?.();
        break;
      case 'ready':
        break;
    }
    if (this.#waiting.size > 0) this.#scheduleFlush();
    else this.#events.room(this);
  }

  /** Whether another job of its sandbox is under way, which has to be done first: then it has not begun, whatever the worker does. */
  #isBehind({ wireId, request: { residence } }: Job): boolean {
    if (residence === undefined || residence.inFlight < 2) return false;
    for (const [id, { request }] of this.#sent) {
      if (id === wireId) return false;
      if (request.residence === residence) return true;
    }
    return false;
  }

  #take(id: number): Job | undefined {
    const job = this.#sent.get(id);
    if (job === undefined) return undefined;
    this.#sent.delete(id);
    this.#parked.delete(id);
    const { residence } = job.request;
    if (residence !== undefined && --residence.inFlight === 0) {
      // Its next job may have waited for this one, in another lane if this one is lost.
      if (residence.lane !== this) residence.lane?.wake();
    }
    return job;
  }
}
