import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  IsolationLevel,
  ReloadResult,
  type ResourceUsageSchema,
  type SandboxSchema,
  SandboxStatus,
  SecurityProfile,
} from '@petri/contracts/v1';
import type { ReloadAnswer, ResourceUsage, SandboxInfo } from '@petri/sandbox';
import { limitsMessage } from './limits.ts';
import { moduleVersionMessage } from './modules.ts';
import { uint32, uint64 } from './numbers.ts';
import { scanMessage } from './scan.ts';
import { duration, timestamp } from './time.ts';

export function sandboxMessage(info: SandboxInfo): MessageInitShape<typeof SandboxSchema> {
  return {
    id: info.id,
    tenant: info.tenant,
    status: SandboxStatus[info.status],
    isolation: IsolationLevel[info.isolation],
    securityProfile: SecurityProfile[info.securityProfile],
    population: info.population,
    labels: info.labels,
    limits: limitsMessage(info.limits),
    entry: info.entry,
    modules: info.modules.map((version) => moduleVersionMessage(version, false)),
    createdAt: timestamp(info.createdAtMs),
    updatedAt: timestamp(info.updatedAtMs),
    restartCount: uint32(info.restartCount),
    ...(info.error ? { error: sandboxErrorMessage(info.error) } : {}),
    revision: uint32(info.revision),
    ...(info.scan ? { scan: scanMessage(info.scan) } : {}),
  };
}

export function sandboxErrorMessage({ reason, message, occurredAtMs }: NonNullable<SandboxInfo['error']>) {
  return { reason, message, occurredAt: timestamp(occurredAtMs) };
}

/** The answer of every RPC that loads code. */
export function reloadMessage(answer: ReloadAnswer) {
  return { result: ReloadResult[answer.result], sandbox: sandboxMessage(answer.sandbox) };
}

export function usageMessage(usage: ResourceUsage): MessageInitShape<typeof ResourceUsageSchema> {
  return {
    heapBytes: uint32(usage.heapBytes),
    externalBytes: uint32(usage.externalBytes),
    memoryLimitBytes: uint32(usage.memoryLimitBytes),
    tasks: uint32(usage.tasks),
    queuedRuns: uint32(usage.queuedRuns),
    cpuTotalUs: uint64(usage.cpuTotalUs),
    runs: uint64(usage.runs),
    uptime: duration(usage.uptimeMs),
    resident: usage.resident,
    workerPid: uint32(usage.workerPid),
    restarts: uint32(usage.restarts),
    stateBytes: uint32(usage.stateBytes),
  };
}
