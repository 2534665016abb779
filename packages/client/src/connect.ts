import { Client } from '@grpc/grpc-js';
import { createServiceClient, messageSizeLimit } from '@petri/contracts';
import {
  AdminService,
  ArchipelagoService,
  EventService,
  PopulationService,
  SandboxService,
} from '@petri/contracts/v1';
import { unavailable } from '@petri/core';
import { Admin } from './admin.ts';
import { Archipelago } from './archipelago.ts';
import { type ChannelSettings, channelTo } from './channel.ts';
import { Events } from './events.ts';
import { FitnessRecords } from './fitness.ts';
import { lastFailure, waitUntilServing } from './health.ts';
import { Lineage } from './lineage.ts';
import { bounds } from './options.ts';
import { Pins } from './pins.ts';
import { Populations } from './populations.ts';
import { Sandboxes } from './sandboxes.ts';

export type ConnectOptions = ChannelSettings & {
  /** Deadline of each call that answers once, in milliseconds. Default 60,000. Batches have none of their own. */
  deadlineMs?: number;
  /** How long to wait for the connection, in milliseconds. Default 10,000. */
  connectTimeoutMs?: number;
  /** Largest message sent or received, in bytes. Default 64 MiB, the node's. */
  maxMessageBytes?: number;
};

const DEFAULT_DEADLINE_MS = 60_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const DEFAULT_WAIT_MS = 10_000;

/**
 * A connection to a node, which reconnects by itself. Close it, or let `await using` do so.
 *
 * @throws PetriError `unavailable` if there is no connection within the time given; `invalid_argument` or
 * `failed_precondition` about settings that cannot be meant.
 */
export async function connect(address: string, options: ConnectOptions = {}): Promise<Petri> {
  const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options;
  const { connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, deadlineMs = DEFAULT_DEADLINE_MS } = options;
  const channel = channelTo(address, options);
  const client = new Client(address, channel.credentials, {
    ...messageSizeLimit(maxMessageBytes),
    // A node that has vanished is found out within a minute, also by calls that wait for a long evaluation.
    'grpc.keepalive_time_ms': 40_000,
    'grpc.keepalive_timeout_ms': 20_000,
    ...channel.options,
  });
  const failed = await new Promise<Error | undefined>((resolve) => {
    client.waitForReady(Date.now() + connectTimeoutMs, resolve);
  });
  if (!failed) return new Petri(client, deadlineMs);
  const why = await lastFailure(client);
  client.close();
  const message = `no connection to ${address} within ${connectTimeoutMs} ms${why && `: ${why}`}`;
  throw unavailable('NOT_CONNECTED', message, { cause: failed });
}

/** A node, or a coordinator with its archipelago alone, as a client sees it. Every call rejects with a PetriError that holds all the details the node sent. */
export class Petri implements AsyncDisposable {
  readonly sandboxes: Sandboxes;
  readonly populations: Populations;
  readonly fitness: FitnessRecords;
  readonly lineage: Lineage;
  readonly pins: Pins;
  readonly archipelago: Archipelago;
  readonly admin: Admin;
  readonly events: Events;
  readonly #client: Client;

  /** Owns the grpc-js client; users have `connect`. */
  constructor(client: Client, deadlineMs: number) {
    this.#client = client;
    const bound = bounds(deadlineMs);
    this.sandboxes = new Sandboxes(createServiceClient(SandboxService, client), bound);
    const population = createServiceClient(PopulationService, client);
    this.populations = new Populations(population, bound);
    this.fitness = new FitnessRecords(population, bound);
    this.lineage = new Lineage(population, bound);
    this.pins = new Pins(population, bound);
    this.archipelago = new Archipelago(createServiceClient(ArchipelagoService, client), bound);
    this.admin = new Admin(createServiceClient(AdminService, client), bound);
    this.events = new Events(createServiceClient(EventService, client), bound);
  }

  /**
   * Resolves once the node takes calls.
   *
   * @throws PetriError `deadline_exceeded` if that takes longer than `deadlineMs` (default 10,000), or `cancelled`.
   */
  async waitUntilServing({ deadlineMs = DEFAULT_WAIT_MS, signal }: WaitOptions = {}): Promise<void> {
    const late = AbortSignal.timeout(deadlineMs);
    const either = signal ? AbortSignal.any([signal, late]) : late;
    await waitUntilServing(this.#client, either);
  }

  /** Takes no more calls; those in flight may still finish. Idempotent. */
  async close(): Promise<void> {
    this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

type WaitOptions = { deadlineMs?: number; signal?: AbortSignal };
