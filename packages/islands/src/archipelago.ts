import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Migration, MigrationSchema, MigrationState, MigrationTrigger } from '@petri/contracts/v1';
import { activeTrace } from '@petri/contracts';
import { type Clock, failedPrecondition, newId, notFound } from '@petri/core';
import { Boards, LEASE } from './coordinator/boards.ts';
import { Coordinator, type CoordinatorOptions } from './coordinator/coordinator.ts';
import { Inboxes } from './coordinator/inboxes.ts';
import { LeaseWatch } from './coordinator/lease-watch.ts';
import { type HostOptions, IslandHost } from './host.ts';
import { NODES } from './membership/incarnation.ts';
import type { MembershipEvent } from './membership/members.ts';
import { Membership } from './membership/membership.ts';
import { Ledger } from './migration/ledger.ts';
import type { Judge } from './migration/record.ts';
import { Patience } from './transport/patience.ts';
import type { Transport } from './transport/transport.ts';

export type ArchipelagoOptions = {
  /** Owned from then on. */
  transport: Transport;
  clock: Clock;
  /** Time between beats, in milliseconds. */
  beatMs: number;
  /** Of this node's islands; undefined for who has none. */
  host:
    | Omit<
        HostOptions,
        'transport' | 'boards' | 'ledger' | 'clock' | 'beatMs' | 'onMembership' | 'onError' | 'onSuperseded'
      >
    | undefined;
  /** For who wants to lead. */
  coordinator: Pick<CoordinatorOptions, 'id' | 'leaseMs' | 'onLeading'> | undefined;
  onMembership: (event: MembershipEvent) => void;
  onError: (thrown: unknown) => void;
};

/** A plan is made of who was heard; in this many beats every living node is. */
const LISTEN_BEATS = 2;

export type MigrateRequest = { id: string; from: string; to: string; population: string; count: number };

type Parts = Pick<Archipelago, 'boards' | 'ledger' | 'membership' | 'host' | 'coordinator'>;

/** The archipelago, as one process takes part in it. */
export class Archipelago implements AsyncDisposable {
  readonly boards: Boards;
  readonly ledger: Ledger;
  readonly membership: Membership;
  readonly host: IslandHost | undefined;
  readonly coordinator: Coordinator | undefined;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #lease: LeaseWatch;
  readonly #timer: NodeJS.Timeout;

  /**
   * A server that has too much to do is waited for.
   *
   * @throws PetriError `unavailable`, and nothing is left running then.
   */
  static async join(options: ArchipelagoOptions): Promise<Archipelago> {
    try {
      return await Archipelago.#join(options);
    } catch (thrown) {
      await options.transport.close();
      throw thrown;
    }
  }

  static async #join({
    host: hosting,
    coordinator: coordinating,
    ...shared
  }: ArchipelagoOptions): Promise<Archipelago> {
    const { transport, clock, beatMs, onMembership, onError } = shared;
    const parts: { membership?: Membership; coordinator?: Coordinator | undefined } = {};
    const isGone = (process: Judge) => parts.membership?.isGone(process) ?? false;
    const patience = new Patience(onError);
    const opening = [
      patience.with(() => Boards.open(transport)),
      patience.with(() => Ledger.open(transport, isGone)),
      patience.with(() => transport.documents(NODES)),
    ] as const;
    const [boards, ledger] = await Promise.all(opening);
    // A process that has a successor leads no more, either.
    const onSuperseded = () => void parts.coordinator?.stop();
    const begin = (own: NonNullable<ArchipelagoOptions['host']>) =>
      patience.with(() => IslandHost.start({ ...own, ...shared, boards, ledger, onSuperseded }));
    const host = hosting && (await begin(hosting));
    const listening = { transport, clock, beatMs, self: undefined, onEvent: onMembership };
    const membership = (parts.membership = host?.membership ?? new Membership(listening));
    if (!host) await patience.with(() => membership.start());
    const listenMs = beatMs * LISTEN_BEATS;
    const inboxes = new Inboxes(transport);
    const coordinator =
      coordinating && !host?.superseded
        ? new Coordinator({ ...coordinating, boards, membership, inboxes, clock, listenMs, onError })
        : undefined;
    parts.coordinator = coordinator;
    coordinator?.start();
    const lease = new LeaseWatch({ documents: boards.documents, key: LEASE, clock });
    await patience.with(() => lease.look());
    return new Archipelago(shared, { boards, ledger, membership, host, coordinator, lease });
  }

  private constructor(
    { transport, clock, beatMs, onError }: Omit<ArchipelagoOptions, 'host' | 'coordinator'>,
    parts: Parts & { lease: LeaseWatch },
  ) {
    this.boards = parts.boards;
    this.ledger = parts.ledger;
    this.membership = parts.membership;
    this.host = parts.host;
    this.coordinator = parts.coordinator;
    this.#lease = parts.lease;
    this.#transport = transport;
    this.#clock = clock;
    this.#timer = setInterval(() => void this.#lease.look().catch(onError), beatMs).unref();
  }

  /** Id of whoever leads, as far as is known; empty if nobody does. */
  get leader(): string {
    return this.#lease.leader;
  }

  /**
   * Asks an island to send individuals. The answer does not wait for them.
   *
   * @throws PetriError `not_found` for an island that nobody living has, `failed_precondition` for one on a node that
   * drains, `already_exists` for an id of another migration.
   */
  async migrate({ id, ...asked }: MigrateRequest): Promise<Migration> {
    for (const island of [asked.from, asked.to]) this.#check(island);
    const plan = await this.boards.plan();
    const migration = create(MigrationSchema, {
      ...asked,
      id: id || newId('mg', this.#clock.now()),
      trigger: MigrationTrigger.REQUEST,
      state: MigrationState.REQUESTED,
      epoch: plan?.plan.epoch ?? 0n,
      requestedAt: timestampFromMs(this.#clock.now()),
      traceparent: activeTrace(),
    });
    return this.ledger.request(migration);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.coordinator?.stop();
    await this.host?.stop();
    await this.membership.stop();
    await this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(island: string): void {
    const members = this.membership.list();
    const owners = members.filter(({ beat }) => beat.islands.some(({ id }) => id === island));
    const living = owners.filter(({ state }) => state !== 'GONE');
    if (living.length === 0) throw notFound('island', island);
    if (living.every(({ beat }) => beat.draining)) {
      throw failedPrecondition('ISLAND_DRAINING', `the node of the island "${island}" drains`);
    }
  }
}
