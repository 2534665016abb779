import type { Handlers } from '@petri/contracts';
import type { AdminService, EventService, SandboxService } from '@petri/contracts/v1';
import type { Parts } from './parts.ts';
import { exportSandbox, importSandbox } from './routes/archives.ts';
import { batchCreate } from './routes/batch-create.ts';
import { batchDestroy } from './routes/batch-destroy.ts';
import { batchEvaluate } from './routes/batch-evaluate.ts';
import { batchReload } from './routes/batch-reload.ts';
import { batchRun } from './routes/batch-run.ts';
import { collectGarbage } from './routes/collect-garbage.ts';
import { createSandbox } from './routes/create-sandbox.ts';
import { destroySandbox } from './routes/destroy-sandbox.ts';
import { evaluate } from './routes/evaluate.ts';
import { evaluateSources } from './routes/evaluate-sources.ts';
import { getNodeStatus } from './routes/get-node-status.ts';
import { getResourceUsage } from './routes/get-resource-usage.ts';
import { getSandbox } from './routes/get-sandbox.ts';
import { listSandboxes } from './routes/list-sandboxes.ts';
import { getModuleVersion, listModuleVersions } from './routes/module-versions.ts';
import { reloadBinary } from './routes/reload-binary.ts';
import { reloadSource } from './routes/reload-source.ts';
import { restartSandbox } from './routes/restart-sandbox.ts';
import { rollbackModule } from './routes/rollback-module.ts';
import { run } from './routes/run.ts';
import { scanSource } from './routes/scan-source.ts';
import { getTenants } from './routes/get-tenants.ts';
import { setQuota } from './routes/set-quota.ts';
import { updateLimits } from './routes/update-limits.ts';
import { watchEvents } from './routes/watch-events.ts';

export function sandboxHandlers(parts: Parts): Handlers<typeof SandboxService> {
  return {
    createSandbox: createSandbox(parts),
    getSandbox: getSandbox(parts),
    listSandboxes: listSandboxes(parts),
    updateLimits: updateLimits(parts),
    restartSandbox: restartSandbox(parts),
    destroySandbox: destroySandbox(parts),
    reloadSource: reloadSource(parts),
    reloadBinary: reloadBinary(parts),
    rollbackModule: rollbackModule(parts),
    getModuleVersion: getModuleVersion(parts),
    listModuleVersions: listModuleVersions(parts),
    exportSandbox: exportSandbox(parts),
    importSandbox: importSandbox(parts),
    scanSource: scanSource(parts),
    run: run(parts),
    evaluate: evaluate(parts),
    evaluateSources: evaluateSources(parts),
    batchCreate: batchCreate(parts),
    batchDestroy: batchDestroy(parts),
    batchReload: batchReload(parts),
    batchRun: batchRun(parts),
    batchEvaluate: batchEvaluate(parts),
    getResourceUsage: getResourceUsage(parts),
  };
}

export function eventHandlers(parts: Parts): Handlers<typeof EventService> {
  return { watchEvents: watchEvents(parts) };
}

export function adminHandlers(parts: Parts): Handlers<typeof AdminService> {
  return {
    getNodeStatus: getNodeStatus(parts),
    collectGarbage: collectGarbage(parts),
    getTenants: getTenants(parts),
    setQuota: setQuota(parts),
  };
}
