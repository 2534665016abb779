import type { Limits } from './limits.ts';
import type { Identity } from './record.ts';
import type { ScanReport } from './scan/finding.ts';
import type { ModuleHistoryInfo } from './api/module.ts';
import type { SandboxError } from './api/sandbox.ts';

/** A sandbox as it outlives the node: all that is needed to build it again. */
export type StoredSandbox = {
  identity: Identity;
  limits: Limits;
  /** '' while there is no code. */
  entry: string;
  /** With the code of every kept version. */
  modules: ModuleHistoryInfo[];
  stateJson: string;
  revision: number;
  restartCount: number;
  updatedAtMs: number;
  /** What the security scan reported of the code; absent if nothing. */
  scan?: ScanReport;
  /** Why it is in ERROR; absent unless it is. */
  error?: SandboxError;
};

/**
 * Where sandboxes outlive the node. Whatever resolves is durable. What is asked for about one sandbox happens in that
 * order; when one of these fails, so do those about the same sandbox that were asked for before that was known.
 */
export interface SandboxStore {
  /** Everything that is kept, once, before anything else is asked for. */
  load(): AsyncIterable<StoredSandbox>;
  /** All of one sandbox, new or changed. */
  put(sandbox: StoredSandbox): Promise<void>;
  /** What a run committed. */
  putState(id: string, stateJson: string, revision: number): Promise<void>;
  remove(id: string): Promise<void>;
}
