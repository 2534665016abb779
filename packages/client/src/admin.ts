import type { ServiceClient } from '@petri/contracts';
import type { AdminService, OutcomeTotal } from '@petri/contracts/v1';
import {
  type GarbageReason,
  garbageReasonName,
  type Outcome,
  outcomeName,
  type SandboxStatus,
  statusName,
  type WorkerState,
  workerStateName,
} from './enums.ts';
import type { Bounds, CallOptions } from './options.ts';
import { type Quota, quota, quotaMessage, type Tenant, tenant, type Tenants } from './tenants.ts';
import { dateOf, msOf } from './time.ts';

export type NodeStatus = {
  version: string;
  uptimeMs: number;
  /** Whether it takes no new work. */
  draining: boolean;
  workers: {
    pid: number;
    state: WorkerState;
    /** Sandboxes it holds. */
    resident: number;
    inFlight: number;
    completed: number;
    rssBytes: number;
  }[];
  /** What worker processes run under, as the kernel tells it; empty while there is none. */
  protections: {
    /** Such as "no-network"; SECURITY.md lists them. */
    name: string;
    active: boolean;
    /** What was found, for people. */
    detail: string;
  }[];
  sandboxes: Partial<Record<SandboxStatus, number>>;
  /** Runs and evaluations answered since the node started. */
  runs: Partial<Record<Outcome, number>>;
  /** Workers ended because of a run. */
  kills: Partial<Record<Outcome, number>>;
  /** Workers that ended for any other reason. */
  workersLostToOthers: number;
  /** Of the node's own process. */
  rssBytes: number;
  /** Entries of the audit log that were written, and that could not be; undefined if the node keeps none. */
  audit: { written: number; lost: number } | undefined;
};

export type GarbageItem = { id: string; reason: GarbageReason };

export type GarbageReport = {
  /** Whether this is only what would be done. */
  dryRun: boolean;
  startedAt: Date;
  durationMs: number;
  examined: number;
  collected: GarbageItem[];
  /** Could not be destroyed. */
  failed: GarbageItem[];
  /** Whose isolates were dropped because memory was short. */
  hibernated: string[];
  /** Would have been collected, but run, are being changed, or are pinned. */
  spared: number;
};

/** The node itself. */
export class Admin {
  readonly #client: ServiceClient<typeof AdminService>;
  readonly #bounds: Bounds;

  constructor(client: ServiceClient<typeof AdminService>, bounds: Bounds) {
    this.#client = client;
    this.#bounds = bounds;
  }

  /** Destroys sandboxes that nobody needs; `dryRun` only says which. */
  async collectGarbage(options: CallOptions & { dryRun?: boolean } = {}): Promise<GarbageReport> {
    const { dryRun = false } = options;
    const answer = await this.#client.collectGarbage({ dryRun }, this.#bounds(options));
    const { examined, hibernated, spared } = answer;
    return {
      dryRun: answer.dryRun,
      startedAt: dateOf(answer.startedAt),
      durationMs: msOf(answer.duration),
      examined,
      collected: answer.collected.map(garbageItem),
      failed: answer.failed.map(garbageItem),
      hibernated,
      spared,
    };
  }

  /** What tenants use, and what they may. */
  async tenants(options?: CallOptions): Promise<Tenants> {
    const answer = await this.#client.getTenants({}, this.#bounds(options));
    return { tenants: answer.tenants.map(tenant), defaultQuota: quota(answer.defaultQuota) };
  }

  /**
   * Gives a tenant another quota, until the node ends; without one, that of all others. Resolves with the tenant as it
   * now is.
   */
  async setQuota(
    name: string,
    change?: Quota,
    options?: CallOptions & { requestId?: string },
  ): Promise<Tenant> {
    const message = change === undefined ? {} : { quota: quotaMessage(change) };
    const { requestId = '' } = options ?? {};
    const request = { tenant: name, requestId, ...message };
    const answer = await this.#client.setQuota(request, this.#bounds(options));
    if (!answer.tenant) throw new TypeError('a tenant is needed; see setDefaultQuota');
    return tenant(answer.tenant);
  }

  /** Changes the quota of all tenants that have none of their own, until the node ends. */
  async setDefaultQuota(change: Quota, options?: CallOptions & { requestId?: string }): Promise<void> {
    const { requestId = '' } = options ?? {};
    await this.#client.setQuota({ quota: quotaMessage(change), requestId }, this.#bounds(options));
  }

  async status(options?: CallOptions): Promise<NodeStatus> {
    const answer = await this.#client.getNodeStatus({}, this.#bounds(options));
    return {
      version: answer.version,
      uptimeMs: msOf(answer.uptime),
      draining: answer.draining,
      workers: answer.workers.map(({ pid, state, resident, inFlight, completed, rssBytes }) => ({
        pid,
        state: workerStateName(state),
        resident,
        inFlight,
        completed: Number(completed),
        rssBytes: Number(rssBytes),
      })),
      protections: answer.protections.map(({ name, active, detail }) => ({ name, active, detail })),
      sandboxes: Object.fromEntries(answer.sandboxes.map(({ status, count }) => [statusName(status), count])),
      runs: totals(answer.runs),
      kills: totals(answer.kills),
      workersLostToOthers: Number(answer.workersLostToOthers),
      rssBytes: Number(answer.rssBytes),
      audit: answer.audit && { written: Number(answer.audit.written), lost: Number(answer.audit.lost) },
    };
  }
}

function totals(counts: readonly OutcomeTotal[]): Partial<Record<Outcome, number>> {
  return Object.fromEntries(counts.map(({ outcome, count }) => [outcomeName(outcome), Number(count)]));
}

function garbageItem({ id, reason }: { id: string; reason: number }): GarbageItem {
  return { id, reason: garbageReasonName(reason) };
}
