import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Quota as QuotaMessage, QuotaSchema, TenantSchema } from '@petri/contracts/v1';
import type { Account } from '../tenants/account.ts';
import type { Quota } from '../tenants/quota.ts';
import { uint32, uint64 } from './numbers.ts';
import type { Problems } from './problems.ts';

export function quotaMessage(quota: Quota): MessageInitShape<typeof QuotaSchema> {
  const { sandboxes, runsInFlight, cpuSecondsPerMinute, memoryBytes } = quota;
  return { sandboxes, runsInFlight, cpuSecondsPerMinute, memoryBytes: uint64(memoryBytes) };
}

export function readQuota(problems: Problems, message: QuotaMessage): Quota {
  const { sandboxes, runsInFlight, cpuSecondsPerMinute } = message;
  const memoryBytes = Number(message.memoryBytes);
  if (!Number.isSafeInteger(memoryBytes)) problems.add('memory_bytes', 'is too large');
  return { sandboxes, runsInFlight, cpuSecondsPerMinute, memoryBytes };
}

export function tenantMessage(account: Account, own: boolean): MessageInitShape<typeof TenantSchema> {
  const { tenant, quota, held, runsInFlight, cpuUs, refusals } = account;
  return {
    name: tenant,
    quota: quotaMessage(quota),
    defaultQuota: !own,
    sandboxes: uint32(held.sandboxes),
    memoryBytes: uint64(held.memoryBytes),
    runsInFlight: uint32(runsInFlight),
    cpuUs: uint64(cpuUs),
    refusals: uint64(refusals),
  };
}
