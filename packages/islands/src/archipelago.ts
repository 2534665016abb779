import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Migration, MigrationSchema, MigrationState, MigrationTrigger } from '@petri/contracts/v1';
import { activeTrace } from '@petri/contracts';
import { type Clock, failedPrecondition, newId, notFound } from '@petri/core';
import { Boards } from './coordinator/boards.ts';
import { Coordinator, type CoordinatorOptions } from './coordinator/coordinator.ts';
import { type HostOptions, IslandHost } from './host.ts';
import type { MembershipEvent } from './membership/members.ts';
import { Membership } from './membership/membership.ts';
import { Ledger } from './migration/ledger.ts';
import type { Judge } from './migration/record.ts';
import type { Transport } from './transport/transport.ts';

export type ArchipelagoOptions = {
  /** Owned from then on. */
  transport: Transport;
  clock: Clock;
  /** Time between beats, in milliseconds. */
  beatMs: number;
  /** Of this node's islands; undefined for who has none. */
  host:
    | Omit<HostOptions, 'transport' | 'boards' | 'ledger' | 'clock' | 'beatMs' | 'onMembership' | 'onError'>
    | undefined;
  /** For who wants to lead. */
  coordinator: Pick<CoordinatorOptions, 'id' | 'leaseMs' | 'onLeading'> | undefined;
  onMembership: (event: MembershipEvent) => void;
  onError: (thrown: unknown) => void;
};

/** A plan is made of who was heard; in this many beats every living node is. */
const LISTEN_BEATS = 2;

export type MigrateRequest = { id: string; from: string; to: string; population: string; count: number };

/** The archipelago, as one process takes part in it. */
export class Archipelago implements AsyncDisposable {
  readonly boards: Boards;
  readonly ledger: Ledger;
  readonly membership: Membership;
  readonly host: IslandHost | undefined;
  readonly coordinator: Coordinator | undefined;
  readonly #transport: Transport;
  readonly #clock: Clock;

  /** @throws PetriError `unavailable`, and nothing is left running then. */
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
    const heard: { membership?: Membership } = {};
    const isGone = (process: Judge) => heard.membership?.isGone(process) ?? false;
    const [boards, ledger] = await Promise.all([Boards.open(transport), Ledger.open(transport, isGone)]);
    const host = hosting && (await IslandHost.start({ ...hosting, ...shared, boards, ledger }));
    const listening = { transport, clock, beatMs, self: undefined, onEvent: onMembership };
    const membership = (heard.membership = host?.membership ?? new Membership(listening));
    if (!host) await membership.start();
    const listenMs = beatMs * LISTEN_BEATS;
    const coordinator =
      coordinating && new Coordinator({ ...coordinating, boards, membership, clock, listenMs, onError });
    coordinator?.start();
    return new Archipelago(shared, { boards, ledger, membership, host, coordinator });
  }

  private constructor(
    { transport, clock }: Pick<ArchipelagoOptions, 'transport' | 'clock'>,
    parts: Pick<Archipelago, 'boards' | 'ledger' | 'membership' | 'host' | 'coordinator'>,
  ) {
    this.boards = parts.boards;
    this.ledger = parts.ledger;
    this.membership = parts.membership;
    this.host = parts.host;
    this.coordinator = parts.coordinator;
    this.#transport = transport;
    this.#clock = clock;
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
    if (living.every(({ state }) => state === 'DRAINING')) {
      throw failedPrecondition('ISLAND_DRAINING', `the node of the island "${island}" drains`);
    }
  }
}
