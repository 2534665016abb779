import type { GarbageReason } from './policy.ts';

/** What a collector sees of a sandbox. */
export type SandboxActivity = {
  id: string;
  /** Whose it is: what others recorded has no say over it. */
  tenant: string;
  createdAtMs: number;
  usedAtMs: number;
  busy: boolean;
  /** Since when it has been in ERROR. */
  failedAtMs: number | undefined;
  /** About how much its isolate takes; 0 for one that is hibernated. */
  residentBytes: number;
};

/** The sandboxes of a node, for a collector. */
export interface CollectableSandboxes {
  ids(): string[];
  activity(id: string): SandboxActivity | undefined;
  /** Drops its isolate, if it is not in use. Nothing is lost but the time to build it again. */
  hibernate(id: string): boolean;
  /** As garbage, for that reason. A sandbox has a moment for its `stop()`; in a hurry, hardly any. */
  destroy(id: string, options: { reason: GarbageReason; hurried: boolean }): Promise<void>;
  /** How much memory the node may use, and does, in bytes. */
  memory(): { usedBytes: number; budgetBytes: number };
}
