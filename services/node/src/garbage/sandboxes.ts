import type { CollectableSandboxes } from '@petri/population';
import type { SandboxRuntime } from '@petri/sandbox';

/** How long a sandbox that is collected has for its `stop()`. */
const GRACE_MS = 1_000;

/** The sandboxes of this node, as its collector of garbage sees them. */
export function collectable(runtime: SandboxRuntime, memoryBytes: number): CollectableSandboxes {
  return {
    ids: () => runtime.ids(),
    activity: (id) => runtime.activity(id),
    hibernate: (id) => runtime.hibernate(id),
    async destroy(id, { hurried }) {
      await runtime.destroy(id, { graceMs: hurried ? 0 : GRACE_MS });
    },
    memory() {
      let usedBytes = process.memoryUsage.rss();
      for (const { rssBytes } of runtime.status().workers) usedBytes += rssBytes;
      return { usedBytes, budgetBytes: memoryBytes };
    },
  };
}
