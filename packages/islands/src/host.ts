import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type ArchipelagoPlan,
  type Island,
  type Migration,
  MigrationSchema,
  MigrationState,
  MigrationTrigger,
} from '@petri/contracts/v1';
import { type Clock, failedPrecondition, newId, PetriError } from '@petri/core';
import type { Boards } from './coordinator/boards.ts';
import { NODES, nextIncarnation } from './membership/incarnation.ts';
import { Membership, type SelfDescription } from './membership/membership.ts';
import type { MembershipEvent } from './membership/members.ts';
import { Emigration } from './migration/emigration.ts';
import type { Sealer } from './migration/envelope.ts';
import type { OnMigration } from './migration/events.ts';
import { Immigration } from './migration/immigration.ts';
import type { Ledger } from './migration/ledger.ts';
import type { IslandPort } from './migration/port.ts';
import { CatchingUp, type Wish } from './migration/catching-up.ts';
import { taken, Timetable } from './migration/schedule.ts';
import { type Rules, rulesOf } from './policy/settings.ts';
import { made } from './transport/made.ts';
import type { InboxBounds, Subscription, Transport } from './transport/transport.ts';

export type HostOptions = {
  transport: Transport;
  boards: Boards;
  ledger: Ledger;
  port: IslandPort;
  sealer: Sealer;
  clock: Clock;
  /** Id of the node. */
  node: string;
  islands: readonly string[];
  /** Address and load, asked for with each beat. */
  describe: () => Pick<SelfDescription, 'address' | 'load'>;
  /** Time between beats, in milliseconds. */
  beatMs: number;
  inbox: Omit<InboxBounds, 'ttlMs'>;
  onMembership: (event: MembershipEvent) => void;
  onMigration: OnMigration;
  /** Told when another process has taken this one's place, once; it takes no part any more. */
  onSuperseded: () => void;
  /** Told of what went wrong in the background, and is tried again. */
  onError: (thrown: unknown) => void;
};

/** The islands of one node, and their part in the archipelago. */
export class IslandHost {
  readonly #options: HostOptions;
  readonly #emigration: Emigration;
  readonly #timetable = new Timetable();
  /** By island. */
  readonly #catchingUp: ReadonlyMap<string, CatchingUp>;
  /** Asked for, and tried again until it is done: NATS may be away. */
  readonly #unsent = new Map<string, Migration>();
  readonly membership: Membership;
  readonly incarnation: bigint;
  readonly #subscriptions: Subscription[] = [];
  readonly #receiving: Subscription[] = [];
  #described: SelfDescription['islands'] = [];
  #rules: Rules & { epoch: bigint } = { ...rulesOf(), epoch: 0n };
  #plan: ArchipelagoPlan | undefined;
  #draining = false;
  /** Whether the inboxes are there: until then, a node that is heard of takes no part. */
  #ready = false;
  #drains: Promise<void> = Promise.resolve();
  #superseded = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  /** Takes part at once. */
  static async start(options: HostOptions): Promise<IslandHost> {
    const nodes = await options.transport.documents(NODES);
    const host = new IslandHost(options, await nextIncarnation(nodes, options.node));
    try {
      await host.#start();
      return host;
    } catch (thrown) {
      await host.stop();
      throw thrown;
    }
  }

  private constructor(options: HostOptions, incarnation: bigint) {
    this.#options = options;
    this.incarnation = incarnation;
    const rules = () => this.#rules;
    this.#catchingUp = new Map(options.islands.map((island) => [island, new CatchingUp()]));
    this.#emigration = new Emigration({ ...options, incarnation, rules });
    this.membership = new Membership({
      ...options,
      self: () => this.#describe(),
      onEvent: (event) => this.#onMembership(event),
    });
  }

  get node(): string {
    return this.#options.node;
  }

  get plan(): ArchipelagoPlan | undefined {
    return this.#plan;
  }

  /** Whether another process has taken this one's place. */
  get superseded(): boolean {
    return this.#superseded;
  }

  /** Whether the node is to take part. Idempotent; if it rejects, nothing has changed. */
  drain(draining: boolean): Promise<void> {
    const done = this.#drains.then(() => this.#drain(draining));
    this.#drains = done.catch(() => undefined);
    return done;
  }

  async #drain(draining: boolean): Promise<void> {
    if (this.#draining === draining) return;
    if (draining) {
      this.#draining = true;
      this.membership.announce();
      return this.#stopReceiving();
    }
    if (this.#superseded)
      throw failedPrecondition('SUPERSEDED', 'a later start of this node has taken its place');
    await this.#startReceiving();
    this.#draining = false;
    this.membership.announce();
    await this.look().catch(this.#options.onError);
  }

  /** Sends what the schedule wants sent by now. Also looked for by itself, at each beat. */
  async look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.membership.stop();
    await this.#stopReceiving();
    await Promise.allSettled(this.#subscriptions.splice(0).map((subscription) => subscription.close()));
    await this.#looking;
  }

  async #start(): Promise<void> {
    const { boards, ledger, islands, beatMs } = this.#options;
    await this.#refresh();
    this.#subscriptions.push(await boards.watchPlan((plan) => this.#adopt(plan)));
    await this.#openInboxes();
    for (const island of islands) {
      this.#subscriptions.push(await ledger.watch(island, (record) => this.#send(record)));
      for (const asked of await ledger.from(island)) this.#send(asked);
    }
    await this.#startReceiving();
    this.#ready = true;
    await this.look();
    await this.membership.start();
    this.membership.announce();
    this.#timer = setInterval(() => void this.look().catch(this.#options.onError), beatMs).unref();
  }

  async #startReceiving(): Promise<void> {
    const { transport, islands } = this.#options;
    const { incarnation } = this;
    const rules = () => this.#rules;
    try {
      for (const island of islands) {
        const immigration = new Immigration({ ...this.#options, island, incarnation, rules });
        this.#receiving.push(await transport.receive(island, immigration));
      }
    } catch (thrown) {
      await this.#stopReceiving();
      throw thrown;
    }
  }

  async #stopReceiving(): Promise<void> {
    await Promise.allSettled(this.#receiving.splice(0).map((receiving) => receiving.close()));
  }

  async #look(): Promise<void> {
    await this.#refresh();
    const described = await this.#populations();
    this.#described = described;
    if (this.#draining) return;
    for (const asked of this.#unsent.values()) this.#send(asked);
    for (const island of described) {
      for (const { population, generation } of island.populations)
        await this.#onSchedule(island.id, population, generation);
      await this.#catchUp(island);
    }
  }

  #populations() {
    const { islands, port, node } = this.#options;
    return Promise.all(islands.map(async (id) => ({ id, node, populations: await port.populations(id) })));
  }

  async #onSchedule(island: string, population: string, generation: number): Promise<void> {
    const { clock, ledger } = this.#options;
    const { schedule } = this.#rules;
    const due = this.#timetable.due(island, population, generation, clock.monotonic(), schedule);
    if (!due || !this.#plan?.islands.includes(island)) return;
    const occasion = newId('mg', clock.now());
    const ways = this.#plan.edges.filter(({ from }) => from === island);
    const asked = taken(ways, island, occasion).map(({ to }, index) =>
      this.#asked(`${occasion}-${index}`, { population, from: island, to }, MigrationTrigger.SCHEDULE),
    );
    await Promise.all(asked.map(async (migration) => this.#emigration.send(await ledger.request(migration))));
  }

  /** Asks those that send to an island for what it has missed. */
  async #catchUp({ id: to, populations }: Pick<Island, 'id' | 'populations'>): Promise<void> {
    const { clock, ledger } = this.#options;
    const catchingUp = this.#catchingUp.get(to);
    if (!catchingUp || !this.#plan?.islands.includes(to)) return;
    const { schedule, epoch } = this.#rules;
    const inbound = this.#plan.edges.filter((edge) => edge.to === to);
    const sources = taken(inbound, to, String(epoch)).map(({ from }) => from);
    const heard = (wish: Wish) => this.membership.population(wish.from, wish.population);
    for (const wish of catchingUp.wishes({ own: populations, sources, heard, schedule })) {
      const asked = this.#asked(newId('mg', clock.now()), { ...wish, to }, MigrationTrigger.CATCHING_UP);
      await ledger.request(asked);
      catchingUp.asked(wish);
    }
  }

  #asked(
    id: string,
    of: Pick<Migration, 'population' | 'from' | 'to'>,
    trigger: MigrationTrigger,
  ): Migration {
    const { schedule, epoch } = this.#rules;
    const { count } = schedule;
    const requestedAt = timestampFromMs(this.#options.clock.now());
    return create(MigrationSchema, {
      ...of,
      id,
      count,
      trigger,
      state: MigrationState.REQUESTED,
      epoch,
      requestedAt,
    });
  }

  #send(record: Migration): void {
    if (record.state !== MigrationState.REQUESTED) return;
    this.#unsent.set(record.id, record);
    // It is looked for again when the node resumes.
    if (this.#draining) return;
    this.#emigration.send(record).then(() => this.#unsent.delete(record.id), this.#options.onError);
  }

  async #refresh(): Promise<void> {
    const found = await this.#options.boards.plan();
    if (found) this.#adopt(found.plan);
  }

  #adopt(plan: ArchipelagoPlan): void {
    if (plan.epoch <= this.#rules.epoch) return;
    const { ttlMs, epoch } = this.#rules;
    for (const [island, catchingUp] of this.#catchingUp) {
      if (plan.epoch > epoch + 1n || !this.#plan?.islands.includes(island)) catchingUp.begin();
    }
    this.#plan = plan;
    this.#rules = { ...rulesOf(plan.settings), epoch: plan.epoch };
    if (this.#rules.ttlMs !== ttlMs)
      this.#rebound().catch((thrown) => !mayNot(thrown) && this.#options.onError(thrown));
  }

  async #rebound(): Promise<void> {
    const { transport, islands, inbox } = this.#options;
    const bounds = { ...inbox, ttlMs: this.#rules.ttlMs };
    await Promise.all(islands.map((island) => transport.openInbox(island, bounds)));
  }

  /** Who may not do so itself lets itself be heard: whoever leads does it for those. */
  async #openInboxes(): Promise<void> {
    const { transport, islands } = this.#options;
    try {
      await this.#rebound();
    } catch (thrown) {
      if (!mayNot(thrown)) throw thrown;
      this.#described = await this.#populations();
      await this.membership.start();
      for (const island of islands) {
        const isThere = async () => (await transport.inboxState(island)) !== undefined;
        await made(`the inbox of "${island}"`, isThere);
      }
    }
  }

  #describe(): SelfDescription {
    const { node, describe } = this.#options;
    return {
      ...describe(),
      node,
      incarnation: this.incarnation,
      islands: this.#described ?? [],
      draining: this.#draining || !this.#ready,
    };
  }

  /** A process that finds its successor at work steps back: it was paused, and is not missed. */
  #onMembership(event: MembershipEvent): void {
    const { node, onMembership, onSuperseded, onError } = this.#options;
    onMembership(event);
    if (event.node !== node || event.incarnation <= this.incarnation || this.#superseded) return;
    this.#superseded = true;
    this.#draining = true;
    onSuperseded();
    void this.stop().catch(onError);
  }
}

function mayNot(thrown: unknown): boolean {
  return thrown instanceof PetriError && thrown.code === 'permission_denied';
}
