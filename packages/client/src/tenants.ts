import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Quota as QuotaMessage, QuotaSchema, Tenant as TenantMessage } from '@petri/contracts/v1';

/** What a tenant may use. What is 0 or left out is without bound. */
export type Quota = {
  /** Sandboxes that exist. */
  sandboxes?: number;
  /** Runs, evaluations and loads of code that wait or run. */
  runsInFlight?: number;
  /** CPU time of its guests within a minute, in seconds. */
  cpuSecondsPerMinute?: number;
  /** Sum of the memory limits of its sandboxes. */
  memoryBytes?: number;
};

export type Tenant = {
  name: string;
  quota: Required<Quota>;
  /** Whether that is the quota of all tenants that have none of their own. */
  defaultQuota: boolean;
  sandboxes: number;
  memoryBytes: number;
  runsInFlight: number;
  /** CPU time of its guests within the last minute. */
  cpuUs: number;
  /** Times that a quota refused something since the node started. */
  refusals: number;
};

export type Tenants = {
  /** By name. */
  tenants: Tenant[];
  /** Quota of all that have none of their own. */
  defaultQuota: Required<Quota>;
};

export function quota(message: QuotaMessage | undefined): Required<Quota> {
  const { sandboxes = 0, runsInFlight = 0, cpuSecondsPerMinute = 0, memoryBytes = 0n } = message ?? {};
  return { sandboxes, runsInFlight, cpuSecondsPerMinute, memoryBytes: Number(memoryBytes) };
}

export function quotaMessage({ memoryBytes = 0, ...rest }: Quota): MessageInitShape<typeof QuotaSchema> {
  return { ...rest, memoryBytes: BigInt(memoryBytes) };
}

export function tenant(message: TenantMessage): Tenant {
  const { name, defaultQuota, sandboxes, memoryBytes, runsInFlight, cpuUs, refusals } = message;
  return {
    name,
    quota: quota(message.quota),
    defaultQuota,
    sandboxes,
    memoryBytes: Number(memoryBytes),
    runsInFlight,
    cpuUs: Number(cpuUs),
    refusals: Number(refusals),
  };
}
