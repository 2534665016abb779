import type { CallContext, Handler } from '@petri/contracts';
import type { AdminService, EventService, PopulationService, SandboxService } from '@petri/contracts/v1';
import type { Clock, PetriError } from '@petri/core';
import type { SandboxEvents, SandboxRuntime } from '@petri/sandbox';
import type { AuditLog, Identity } from '@petri/serving';
import type { Books, GarbageCollector } from '@petri/population';
import type { Archipelago } from '@petri/islands';
import type { Spools } from './checkpoint/spool.ts';
import type { Accounts } from './tenants/accounts.ts';
import type { TenantView } from './tenants/view.ts';
import type { Evaluators } from './islands/evaluators.ts';
import type { Idempotency } from './idempotency.ts';

/** What routes share. */
export type Parts = {
  /** What is the same for all; sandboxes are reached through `sandboxesOf` alone. */
  runtime: Pick<SandboxRuntime, 'status' | 'concurrency'>;
  /** The sandboxes that are there for the caller. One for each call. */
  sandboxesOf: (context: CallContext) => TenantView;
  accounts: Accounts;
  events: SandboxEvents;
  /** What is recorded, as far as it is there for the caller. One for each call. */
  registryOf: (context: CallContext) => Books;
  /** Where checkpoints that are imported wait until they are there in full. */
  spools: Spools;
  collector: GarbageCollector;
  evaluators: Evaluators;
  archipelago: Archipelago;
  idempotency: Idempotency;
  clock: Clock;
  /** Of the node, such as "0.1.0". */
  version: string;
  /** By `clock.monotonic()`. */
  startedAt: number;
  draining: () => boolean;
  audit: AuditLog;
  /** Who makes a call. */
  identityOf: (context: Pick<CallContext, 'metadata'>) => Identity;
  /** Told of errors that callers see only as INTERNAL. */
  onInternalError: (error: PetriError, where: string) => void;
};

type SandboxMethods = (typeof SandboxService)['method'];
type EventMethods = (typeof EventService)['method'];
type PopulationMethods = (typeof PopulationService)['method'];
type AdminMethods = (typeof AdminService)['method'];

/** The handler of one RPC, given what it works with. */
export type SandboxRoute<K extends keyof SandboxMethods> = (parts: Parts) => Handler<SandboxMethods[K]>;
export type EventRoute<K extends keyof EventMethods> = (parts: Parts) => Handler<EventMethods[K]>;
export type PopulationRoute<K extends keyof PopulationMethods> = (
  parts: Parts,
) => Handler<PopulationMethods[K]>;
export type AdminRoute<K extends keyof AdminMethods> = (parts: Parts) => Handler<AdminMethods[K]>;

/** Items of one batch over sandboxes: its answer is one message, and all of it is held until the last is done. */
export const MAX_BATCH = 10_000;
