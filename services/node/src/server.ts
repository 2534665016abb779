import { tmpdir } from 'node:os';
import type { CallContext } from '@petri/contracts';
import {
  AdminService,
  ArchipelagoService,
  EventService,
  PopulationService,
  SandboxService,
} from '@petri/contracts/v1';
import { type Clock, systemClock } from '@petri/core';
import { archipelagoHandlers } from '@petri/islands';
import { type GarbageReport, openRegistry, type Scope } from '@petri/population';
import {
  type CollectReason,
  EventLog,
  ForeignSandbox,
  type RuntimeOptions,
  SandboxEvents,
  type SandboxRuntime,
  startSandboxRuntime,
} from '@petri/sandbox';
import { Endpoint, type EndpointWatch, type Running } from '@petri/serving';
import manifest from '../package.json' with { type: 'json' };
import { undoUnfinished } from './checkpoint/restore.ts';
import { Spools } from './checkpoint/spool.ts';
import { DEFAULT_CHECKPOINT_BYTES, type NodeConfig } from './config.ts';
import { defined } from './defined.ts';
import { collectReason } from './garbage/reasons.ts';
import { collectable } from './garbage/sandboxes.ts';
import { ON_DEMAND } from './garbage/settings.ts';
import { genomesOf } from './genomes.ts';
import { adminHandlers, eventHandlers, sandboxHandlers } from './handlers.ts';
import { Idempotency } from './idempotency.ts';
import { announcedAddress } from './islands/address.ts';
import { Evaluators } from './islands/evaluators.ts';
import { joinArchipelago } from './islands/join.ts';
import { ALONE } from './islands/settings.ts';
import { killEntry, stopEntry } from './kills.ts';
import { measurePopulations } from './metrics/populations.ts';
import type { Parts } from './parts.ts';
import { populationEvents } from './population-events.ts';
import { populationHandlers } from './population-handlers.ts';
import { openStorage, type Storage } from './storage/open.ts';
import { Accounts } from './tenants/accounts.ts';
import type { Quotas } from './tenants/quota.ts';
import { NO_QUOTAS, openQuotas } from './tenants/settings.ts';
import { TenantView } from './tenants/view.ts';

const SERVICES = [SandboxService, PopulationService, ArchipelagoService, EventService, AdminService];

export type NodeOptions = Partial<EndpointWatch> & {
  /** Owned by the node from then on, which closes it. Default: one with the workers of the configuration. */
  runtime?: SandboxRuntime;
  clock?: Clock;
};

export type RunningNode = Running &
  AsyncDisposable & {
    /** Such as "127.0.0.1:50051". */
    address: string;
    port: number;
  };

/**
 * Starts a node.
 *
 * @throws PetriError, and nothing is left running then: `unavailable` if it cannot listen, `failed_precondition` if it
 * will not because that is insecure, `invalid_argument` about the files of tokens and certificates.
 */
export async function startNode(config: NodeConfig, options: NodeOptions = {}): Promise<RunningNode> {
  const { endpoint, quotas } = await opened(config, options);
  try {
    return await serve(endpoint, quotas, config, options);
  } catch (thrown) {
    await endpoint.close();
    throw thrown;
  }
}

/** Before anything is started; the runtime that a refused node owns already is closed. */
async function opened(
  config: NodeConfig,
  { runtime, ...options }: NodeOptions,
): Promise<{ endpoint: Endpoint; quotas: Quotas }> {
  const { clock = systemClock, ...watch } = options;
  const { version } = manifest;
  try {
    const quotas = await openQuotas(config.tenants ?? NO_QUOTAS);
    const served = { kind: 'node', version, services: SERVICES, clock } as const;
    return { endpoint: await Endpoint.open(config, { ...served, ...watchedBy(watch) }), quotas };
  } catch (thrown) {
    await runtime?.close();
    throw thrown;
  }
}

async function serve(
  endpoint: Endpoint,
  quotas: Quotas,
  config: NodeConfig,
  options: NodeOptions,
): Promise<RunningNode> {
  const { clock = systemClock } = options;
  const { onTrouble: complain, onNews: inform, onInternalError } = watchedBy(options);
  const { audit } = endpoint;
  const accounts = new Accounts(quotas, clock);
  const { eventsKept } = config;
  const log = new EventLog(eventsKept === undefined ? {} : { capacity: eventsKept });
  const named = config.namedPopulations ?? [];
  const events = new SandboxEvents({ log, named });
  const onUsed = (tenant: string, cpuUs: number) => accounts.of(tenant).used(cpuUs);
  const { storage, runtime } = await withStorage(endpoint, config, options.runtime, { events, onUsed });
  accounts.holdings = () => runtime.holdings();
  const registry = await openRegistry({
    clock,
    sandboxes: { genomeOf: genomesOf(runtime), tenantOf: (id) => runtime.activity(id)?.tenant },
    events: populationEvents(events),
    ...defined({ store: storage.populations }),
  });
  await undoUnfinished(registry, runtime);
  endpoint.own(measurePopulations({ registry, named }));
  const { intervalMs, rules, memoryBytes } = config.garbage ?? ON_DEMAND;
  const sandboxes = collectable(runtime, memoryBytes, audit);
  const collector = registry.collector({ sandboxes, rules, onReport: (report) => events.gc(gcOf(report)) });
  const evaluators = await Evaluators.open({
    store: storage.evaluators,
    onError: (thrown) => complain(`evaluators: ${(thrown as Error).message}`),
  });
  const islands = config.islands ?? ALONE;
  const announced = { address: '' };
  const archipelago = endpoint.own(
    await joinArchipelago({
      config: islands,
      runtime,
      registry,
      events,
      evaluators,
      clock,
      address: () => announced.address,
      complain,
      inform,
    }),
  );
  endpoint.own(collector);
  addServices(endpoint, {
    runtime,
    sandboxesOf: (call) => viewOf({ runtime, accounts, endpoint }, call),
    accounts,
    events,
    registryOf: (call) => registry.seenBy(scopeOf(endpoint, call)),
    spools: spoolsOf(config),
    collector,
    evaluators,
    archipelago,
    idempotency: new Idempotency({ clock }),
    clock,
    version: manifest.version,
    startedAt: clock.monotonic(),
    draining: () => endpoint.draining,
    audit,
    identityOf: (call) => endpoint.identityOf(call),
    onInternalError,
  });
  const { address, port } = await endpoint.listen();
  collector.start(intervalMs);
  announced.address = announcedAddress({ host: config.host, port }, islands.announced);
  archipelago.membership.announce();
  const drain = () => {
    // Another leads while the calls in flight finish.
    void archipelago.coordinator?.stop();
    return endpoint.drain();
  };
  const close = () => endpoint.close();
  const reopenAudit = () => audit.reopen();
  return {
    address,
    port,
    warnings: endpoint.warnings,
    drain,
    close,
    reopenAudit,
    [Symbol.asyncDispose]: close,
  };
}

function watchedBy(told: Partial<EndpointWatch>): EndpointWatch {
  const nobody = () => undefined;
  const { onInternalError = nobody, onTrouble = nobody, onNews = nobody, onServed = nobody } = told;
  return { onInternalError, onTrouble, onNews, onServed };
}

/** The storage outlives the runtime, which is closed also if there is no storage to be had. */
async function withStorage(
  endpoint: Endpoint,
  { workers, spares, residentsPerWorker, dataDirectory }: NodeConfig,
  given: SandboxRuntime | undefined,
  told: Pick<RuntimeOptions, 'events' | 'onUsed'>,
): Promise<{ storage: Storage; runtime: SandboxRuntime }> {
  try {
    const storage = endpoint.own(await openStorage(dataDirectory));
    const { sandboxes: store } = storage;
    const onKilled: RuntimeOptions['onKilled'] = (kill) => endpoint.audit.record(killEntry(kill));
    const onStopped: RuntimeOptions['onStopped'] = (sandbox, why) =>
      endpoint.audit.record(stopEntry(sandbox, why));
    const options = {
      workers,
      spares,
      ...told,
      onKilled,
      onStopped,
      ...defined({ residentsPerWorker, store }),
    };
    return { storage, runtime: endpoint.own(given ?? (await startSandboxRuntime(options))) };
  } catch (thrown) {
    await given?.close();
    throw thrown;
  }
}

type ViewParts = { runtime: SandboxRuntime; accounts: Accounts; endpoint: Endpoint };

function viewOf({ runtime, accounts, endpoint }: ViewParts, call: CallContext): TenantView {
  const { method, peer } = call;
  const identity = endpoint.identityOf(call);
  return new TenantView({
    runtime,
    accounts,
    tenant: identity.tenant,
    all: identity.role === 'admin',
    onRefused: (error, sandbox) => {
      // Callers are not told that it exists; those who read the log are.
      const foreign = error.cause instanceof ForeignSandbox ? { reason: 'OTHER_TENANT' } : {};
      endpoint.audit.refused({ identity, peer }, method, error, { sandbox, ...foreign });
    },
  });
}

/** What a call may know and change of populations. */
function scopeOf(endpoint: Endpoint, call: CallContext): Scope {
  const { method, peer } = call;
  const identity = endpoint.identityOf(call);
  return {
    tenant: identity.tenant,
    all: identity.role === 'admin',
    onForeign: (error) => {
      const { type, name } = error.resource ?? {};
      const about = type === 'sandbox' ? { sandbox: name } : { population: name };
      endpoint.audit.refused({ identity, peer }, method, error, {
        ...defined(about),
        reason: 'OTHER_TENANT',
      });
    },
  };
}

/** Beside the data, where there is room for it. */
function spoolsOf({ dataDirectory, maxCheckpointBytes = DEFAULT_CHECKPOINT_BYTES }: NodeConfig): Spools {
  return new Spools({ directory: dataDirectory ?? tmpdir(), maxBytes: maxCheckpointBytes });
}

function addServices(endpoint: Endpoint, parts: Parts): void {
  const { archipelago, clock } = parts;
  endpoint.serve(SandboxService, sandboxHandlers(parts));
  endpoint.serve(PopulationService, populationHandlers(parts));
  endpoint.serve(
    ArchipelagoService,
    archipelagoHandlers(archipelago, () => clock.monotonic()),
  );
  // How a node drains is asked while it does, and nobody waits for those who watch.
  endpoint.serveAside(AdminService, adminHandlers(parts));
  endpoint.serveAside(EventService, eventHandlers(parts));
}

/** By reason, as metrics name it. */
function gcOf({ durationMs, collected }: GarbageReport) {
  const counts: Partial<Record<CollectReason, number>> = {};
  for (const { reason } of collected) {
    const name = collectReason(reason);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return { durationMs, collected: counts };
}
