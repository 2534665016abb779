import { setTimeout as pause } from 'node:timers/promises';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Clock, newId } from '@petri/core';
import type { Membership } from '../membership/membership.ts';
import { rulesOf } from '../policy/settings.ts';
import type { Subscription } from '../transport/transport.ts';
import type { Boards } from './boards.ts';
import { LEASE } from './boards.ts';
import type { Inboxes } from './inboxes.ts';
import { LeaseSeeker } from './lease.ts';
import { livingIslands, nextPlan } from './planning.ts';

export type CoordinatorOptions = {
  boards: Boards;
  membership: Membership;
  inboxes: Inboxes;
  clock: Clock;
  /** Shown as the leader. */
  id: string;
  /** How long a leader that is gone holds up the next, in milliseconds. */
  leaseMs: number;
  /**
   * How long to listen before a plan, in milliseconds: who has just begun, or was cut off, has heard of nobody for a while.
   */
  listenMs: number;
  /** Told whenever it begins or ceases to lead. */
  onLeading: (leading: boolean) => void;
  /** Told of what went wrong in a turn; the next is taken regardless. */
  onError: (thrown: unknown) => void;
};

/** Turns in the duration of the lease: two may fail. */
const TURNS = 4;

/** One of any number of coordinators. Whoever leads makes the plans; nobody waits for it. */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #lease: LeaseSeeker;
  /** Since when no turn failed; undefined before the first. */
  #listensSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watch: Promise<Subscription | undefined> = Promise.resolve(undefined);
  #stopping: Promise<void> | undefined;
  #told = false;
  #turn: Promise<void> = Promise.resolve();
  /** After the one under way. */
  #nextTurn: Promise<void> | undefined;

  constructor(options: CoordinatorOptions) {
    const { boards, clock, id, leaseMs } = options;
    this.#options = options;
    const holder = newId(id);
    this.#lease = new LeaseSeeker({
      documents: boards.documents,
      key: LEASE,
      holder,
      leader: id,
      durationMs: leaseMs,
      clock,
    });
  }

  get leading(): boolean {
    return this.#lease.leading;
  }

  start(): void {
    const { boards, leaseMs, onError } = this.#options;
    const turn = () => void this.take();
    turn();
    this.#timer = setInterval(turn, leaseMs / TURNS).unref();
    // What is not heard of is found in the next turn.
    this.#watch = boards.watchDuties(turn).catch((thrown) => {
      onError(thrown);
      return undefined;
    });
  }

  /** Takes a turn: seeks the lease and, where it leads, plans. Also taken by itself, several times in the duration of the lease. */
  take(): Promise<void> {
    // However often it is called while a turn takes its time, one more is enough.
    this.#nextTurn ??= this.#turn.then(() => {
      this.#nextTurn = undefined;
      return this.#take();
    });
    this.#turn = this.#nextTurn;
    return this.#turn;
  }

  /** Lets another lead at once. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer);
    const { leaseMs, onError } = this.#options;
    const handOver = async () => {
      await (await this.#watch)?.close();
      await this.#turn;
      await this.#lease.release();
    };
    // Later than this, the lease has run out by itself.
    const enough = new AbortController();
    const handedOver = handOver().catch(onError);
    await Promise.race([handedOver, pause(leaseMs, undefined, { signal: enough.signal, ref: false })]);
    enough.abort();
    this.#tell();
  }

  async #take(): Promise<void> {
    if (this.#stopping) return;
    const { clock, onError } = this.#options;
    try {
      const leads = await this.#lease.seek();
      this.#listensSince ??= clock.monotonic();
      if (leads) await this.#plan(this.#listensSince);
    } catch (thrown) {
      this.#listensSince = undefined;
      onError(thrown);
    }
    this.#tell();
  }

  #tell(): void {
    if (this.#told === this.leading) return;
    this.#told = this.leading;
    this.#options.onLeading(this.#told);
  }

  async #plan(listensSince: number): Promise<void> {
    const { boards, membership, inboxes, clock, id, listenMs } = this.#options;
    const [current, { settings }] = await Promise.all([boards.plan(), boards.settings()]);
    await inboxes.keep(membership.list(), rulesOf(settings).ttlMs);
    if (clock.monotonic() - listensSince < listenMs) return;
    const made = { leader: id, madeAt: timestampFromMs(clock.now()) };
    const plan = nextPlan(current?.plan, settings, livingIslands(membership.list()), made);
    // A leader that lost its lease in between loses against the revision, too.
    if (plan && this.leading) await boards.setPlan(plan, current?.revision ?? 0);
  }
}
