import type { DescService } from '@bufbuild/protobuf';
import type { Server } from '@grpc/grpc-js';
import { context } from '@opentelemetry/api';
import {
  AdminService,
  ArchipelagoService,
  EventService,
  PopulationService,
  SandboxService,
} from '@petri/contracts/v1';
import { type CallContext, type Handlers, Health, implement, serveReflection } from '@petri/contracts';
import { type Clock, type PetriError, systemClock } from '@petri/core';
import {
  type GarbageReason,
  type GarbageReport,
  openRegistry,
  type Registry,
  type Scope,
} from '@petri/population';
import {
  type CollectReason,
  EventLog,
  ForeignSandbox,
  type Kill,
  type RuntimeOptions,
  SandboxEvents,
  type SandboxRuntime,
  startSandboxRuntime,
} from '@petri/sandbox';
import { type Archipelago, archipelagoHandlers } from '@petri/islands';
import manifest from '../package.json' with { type: 'json' };
import { audited } from './audit/calls.ts';
import { AuditFile } from './audit/file.ts';
import { AuditLog } from './audit/log.ts';
import { type Access, openAccess } from './auth/access.ts';
import type { Identity } from './auth/identity.ts';
import { OPEN_TO_LOOPBACK } from './auth/settings.ts';
import type { NodeConfig } from './config.ts';
import { defined } from './defined.ts';
import { Ending } from './ending.ts';
import { collectable } from './garbage/sandboxes.ts';
import { ON_DEMAND } from './garbage/settings.ts';
import { Gate } from './gate.ts';
import { adminHandlers, eventHandlers, sandboxHandlers } from './handlers.ts';
import { Idempotency } from './idempotency.ts';
import { Evaluators } from './islands/evaluators.ts';
import { joinArchipelago } from './islands/join.ts';
import { ALONE } from './islands/settings.ts';
import { addressOf, createServer, listen } from './listen.ts';
import { genomesOf } from './genomes.ts';
import type { Parts } from './parts.ts';
import { populationEvents } from './population-events.ts';
import { populationHandlers } from './population-handlers.ts';
import { type ServedCall, traced, traceOf } from './tracing.ts';
import { openStorage, type Storage } from './storage/open.ts';
import { Accounts } from './tenants/accounts.ts';
import type { Quotas } from './tenants/quota.ts';
import { NO_QUOTAS, openQuotas } from './tenants/settings.ts';
import { TenantView } from './tenants/view.ts';

const SERVICES = [SandboxService, PopulationService, ArchipelagoService, EventService, AdminService];

export type NodeOptions = {
  /** Owned by the node from then on, which closes it. Default: one with the workers of the configuration. */
  runtime?: SandboxRuntime;
  clock?: Clock;
  /** Told of errors that callers see only as INTERNAL, and of where they happened. */
  onInternalError?: (error: PetriError, where: string) => void;
  /** Told in a sentence what goes wrong beside the calls, such as an audit log that cannot be written. */
  onTrouble?: (sentence: string) => void;
  /** Told in a sentence what other nodes of the archipelago do. */
  onNews?: (sentence: string) => void;
  /** Told of each call that is over, watches apart, in the call's trace. */
  onServed?: (call: ServedCall) => void;
};

export type RunningNode = AsyncDisposable & {
  /** Such as "127.0.0.1:50051". */
  address: string;
  port: number;
  /** Sentences about what is insecure, and was allowed by name. */
  warnings: readonly string[];
  /**
   * Stops taking calls (health says NOT_SERVING, new ones are UNAVAILABLE with the reason DRAINING), lets those in
   * flight finish for as long as the configuration allows, and closes. Idempotent.
   */
  drain(): Promise<void>;
  /** Ends everything at once: calls in flight are cut off, workers killed. Idempotent, also during a drain. */
  close(): Promise<void>;
  /** Opens the audit log's file anew, after it was moved away. */
  reopenAudit(): Promise<void>;
};

/**
 * Starts a node.
 *
 * @throws PetriError, and nothing is left running then: `unavailable` if it cannot listen, `failed_precondition` if it
 * will not because that is insecure, `invalid_argument` about the files of tokens and certificates.
 */
export async function startNode(config: NodeConfig, options: NodeOptions = {}): Promise<RunningNode> {
  const { clock = systemClock, onInternalError = () => undefined } = options;
  const audit = await auditOf(config, clock, options);
  const { access, quotas } = await accessTo(config, { ...options, clock, onInternalError }, audit);
  const accounts = new Accounts(quotas, clock);
  const { eventsKept } = config;
  const log = new EventLog(eventsKept === undefined ? {} : { capacity: eventsKept });
  const events = new SandboxEvents({ log });
  const onUsed = (tenant: string, cpuUs: number) => accounts.of(tenant).used(cpuUs);
  const told = { events, onUsed };
  const { storage, runtime, registry } = await withStorage(config, { ...options, clock }, told, audit);
  accounts.holdings = () => runtime.holdings();
  const { intervalMs, rules, memoryBytes } = config.garbage ?? ON_DEMAND;
  const sandboxes = collectable(runtime, memoryBytes);
  const collector = registry.collector({ sandboxes, rules, onReport: (report) => events.gc(gcOf(report)) });
  const evaluators = new Evaluators();
  const serving = { address: '' };
  const archipelago = await joined(
    joinArchipelago({
      config: config.islands ?? ALONE,
      runtime,
      registry,
      events,
      evaluators,
      clock,
      address: () => serving.address,
      complain: options.onTrouble ?? (() => undefined),
      inform: options.onNews ?? (() => undefined),
    }),
    [runtime, storage, audit],
  );
  const gate = new Gate();
  const health = new Health(SERVICES.map(({ typeName }) => typeName));
  const server = createServer(config, access.interceptors);
  addServices(server, gate, health, {
    runtime,
    sandboxesOf: (context) =>
      viewOf({ runtime, accounts, audit, identity: access.identityOf(context) }, context),
    accounts,
    events,
    registryOf: (context) =>
      registry.seenBy(scopeOf({ audit, identity: access.identityOf(context) }, context)),
    collector,
    evaluators,
    archipelago,
    idempotency: new Idempotency({ clock }),
    clock,
    version: manifest.version,
    startedAt: clock.monotonic(),
    draining: () => gate.closed,
    audit,
    identityOf: access.identityOf,
    onInternalError,
    onServed: options.onServed ?? (() => undefined),
  });
  const ending = new Ending({
    server,
    gate,
    health,
    runtime,
    collector,
    archipelago,
    storage,
    audit,
    drainTimeoutMs: config.drainTimeoutMs,
  });
  const [drain, close] = [() => ending.drain(), () => ending.close()];
  try {
    const port = await listen(server, access.credentials, config);
    health.setServing(true);
    collector.start(intervalMs);
    const address = addressOf(config.host, port);
    serving.address = address;
    archipelago.membership.announce();
    audit.record({
      event: 'node.start',
      message: `version ${manifest.version}, process ${process.pid}, on ${address}`,
    });
    for (const message of access.warnings) audit.record({ event: 'node.insecure', message });
    const reopenAudit = () => audit.reopen();
    return {
      address,
      port,
      warnings: access.warnings,
      drain,
      close,
      reopenAudit,
      [Symbol.asyncDispose]: close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function auditOf(
  { auditFile: path }: NodeConfig,
  clock: Clock,
  { runtime, onTrouble: complain = () => undefined }: NodeOptions,
): Promise<AuditLog> {
  try {
    return new AuditLog(path === undefined ? undefined : await AuditFile.open({ path, complain }), clock);
  } catch (thrown) {
    await runtime?.close();
    throw thrown;
  }
}

/** Before anything is started; the runtime that a refused node owns already is closed. */
async function accessTo(
  config: NodeConfig,
  options: NodeOptions & Required<Pick<NodeOptions, 'clock' | 'onInternalError'>>,
  audit: AuditLog,
): Promise<{ access: Access; quotas: Quotas }> {
  const { clock, runtime, onInternalError } = options;
  try {
    const quotas = await openQuotas(config.tenants ?? NO_QUOTAS);
    const access = await openAccess(config.security ?? OPEN_TO_LOOPBACK, {
      host: config.host,
      now: new Date(clock.now()),
      onInternalError,
      onRefused: ({ identity, peer, path, error }) => audit.refused({ identity, peer }, path, error),
    });
    return { access, quotas };
  } catch (thrown) {
    await audit.close();
    await runtime?.close();
    throw thrown;
  }
}

/** Everything that a data directory which cannot be used would leave open is closed. */
async function withStorage(
  { workers, spares, residentsPerWorker, dataDirectory }: NodeConfig,
  { runtime: given, clock }: Pick<NodeOptions, 'runtime'> & { clock: Clock },
  told: Pick<RuntimeOptions, 'onUsed'> & { events: SandboxEvents },
  audit: AuditLog,
): Promise<{ storage: Storage; runtime: SandboxRuntime; registry: Registry }> {
  let storage: Storage | undefined;
  let runtime = given;
  try {
    storage = await openStorage(dataDirectory);
    const { sandboxes: store } = storage;
    const onKilled = (kill: Kill) => audit.killed(kill);
    const options = { workers, spares, ...told, onKilled, ...defined({ residentsPerWorker, store }) };
    const opened = (runtime ??= await startSandboxRuntime(options));
    const registry = await openRegistry({
      clock,
      sandboxes: { genomeOf: genomesOf(opened), tenantOf: (id) => opened.activity(id)?.tenant },
      events: populationEvents(told.events),
      ...defined({ store: storage.populations }),
    });
    return { storage, runtime: opened, registry };
  } catch (thrown) {
    await runtime?.close();
    await Promise.all([storage?.close(), audit.close()]);
    throw thrown;
  }
}

type ViewParts = { runtime: SandboxRuntime; accounts: Accounts; audit: AuditLog; identity: Identity };

function viewOf(
  { runtime, accounts, audit, identity }: ViewParts,
  { method, peer }: CallContext,
): TenantView {
  return new TenantView({
    runtime,
    accounts,
    tenant: identity.tenant,
    all: identity.role === 'admin',
    onRefused: (error, sandbox) => {
      // Callers are not told that it exists; those who read the log are.
      const foreign = error.cause instanceof ForeignSandbox ? { reason: 'OTHER_TENANT' } : {};
      audit.refused({ identity, peer }, method, error, { sandbox, ...foreign });
    },
  });
}

/** What a call may know and change of populations. */
function scopeOf(
  { audit, identity }: Pick<ViewParts, 'audit' | 'identity'>,
  { method, peer }: CallContext,
): Scope {
  return {
    tenant: identity.tenant,
    all: identity.role === 'admin',
    onForeign: (error) => {
      const { type, name } = error.resource ?? {};
      const about = type === 'sandbox' ? { sandbox: name } : { population: name };
      audit.refused({ identity, peer }, method, error, { ...defined(about), reason: 'OTHER_TENANT' });
    },
  };
}

/** What is open already is closed if the archipelago cannot be joined. */
async function joined(
  joining: Promise<Archipelago>,
  open: readonly { close(): Promise<void> }[],
): Promise<Archipelago> {
  try {
    return await joining;
  } catch (thrown) {
    for (const part of open) await part.close();
    throw thrown;
  }
}

function addServices(server: Server, gate: Gate, health: Health, parts: Parts): void {
  const options = {
    onInternalError: (error: PetriError, call: CallContext) =>
      context.with(traceOf(call), () => parts.onInternalError(error, call.method)),
  };
  const { audit: log, identityOf } = parts;
  const recorded = <S extends DescService>(service: S, handlers: Handlers<S>) =>
    implement(service, audited(service, handlers, { log, identityOf }), options);
  const guarded = <S extends DescService>(service: S, handlers: Handlers<S>) =>
    recorded(service, traced(service, gate.guard(service, handlers), parts));
  const sandbox = guarded(SandboxService, sandboxHandlers(parts));
  const population = guarded(PopulationService, populationHandlers(parts));
  const { archipelago: islands, clock } = parts;
  const archipelago = guarded(
    ArchipelagoService,
    archipelagoHandlers(islands, () => clock.monotonic()),
  );
  // Not behind the gate: how a node drains is asked while it does, and nobody waits for those who watch.
  const admin = recorded(AdminService, adminHandlers(parts));
  const events = recorded(EventService, eventHandlers(parts));
  server.addService(sandbox.definition, sandbox.implementation);
  server.addService(population.definition, population.implementation);
  server.addService(archipelago.definition, archipelago.implementation);
  server.addService(events.definition, events.implementation);
  server.addService(admin.definition, admin.implementation);
  health.addTo(server);
  serveReflection(server, SERVICES);
}

/** By reason, as metrics name it. */
function gcOf({ durationMs, collected }: GarbageReport) {
  const counts: Partial<Record<CollectReason, number>> = {};
  for (const { reason } of collected) {
    const name = reason.toLowerCase() as Lowercase<GarbageReason>;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return { durationMs, collected: counts };
}
