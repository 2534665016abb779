import { PetriError } from '@petri/core';
import type { CollectableSandboxes } from '@petri/population';
import type { SandboxRuntime } from '@petri/sandbox';
import type { AuditLog } from '@petri/serving';
import { collectReason } from './reasons.ts';

/** How long a sandbox that is collected has for its `stop()`. */
const GRACE_MS = 1_000;

/** The sandboxes of this node, as its collector of garbage sees them. Each that it takes is in the audit log. */
export function collectable(
  runtime: SandboxRuntime,
  memoryBytes: number,
  audit: Pick<AuditLog, 'record'>,
): CollectableSandboxes {
  return {
    ids: () => runtime.ids(),
    activity: (id) => runtime.activity(id),
    hibernate: (id) => runtime.hibernate(id),
    async destroy(id, { reason, hurried }) {
      const tenant = runtime.activity(id)?.tenant ?? '';
      const entry = { event: 'collect', sandbox: id, tenant, reason } as const;
      try {
        await runtime.destroy(id, { graceMs: hurried ? 0 : GRACE_MS, collected: collectReason(reason) });
        audit.record({ ...entry, result: 'OK' });
      } catch (thrown) {
        const { code, message } = PetriError.from(thrown);
        audit.record({ ...entry, result: code.toUpperCase(), message });
        throw thrown;
      }
    },
    memory() {
      let usedBytes = process.memoryUsage.rss();
      for (const { rssBytes } of runtime.status().workers) usedBytes += rssBytes;
      return { usedBytes, budgetBytes: memoryBytes };
    },
  };
}
