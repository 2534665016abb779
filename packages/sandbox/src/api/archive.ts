import type { LimitsChange } from '../limits.ts';
import type { ModuleHistoryInfo } from './module.ts';
import type { IsolationLevel, SandboxError, SecurityProfile } from './sandbox.ts';

export type SandboxArchive = {
  schemaVersion: number;
  id: string;
  /** Whose it was. */
  tenant: string;
  isolation: IsolationLevel;
  securityProfile: SecurityProfile;
  population: string;
  labels: Record<string, string>;
  limits: LimitsChange;
  entry: string;
  modules: ModuleHistoryInfo[];
  stateJson: string;
  createdAtMs: number;
  exportedAtMs: number;
};

/** A sandbox at one moment. */
export type CapturedSandbox = {
  id: string;
  archive: () => SandboxArchive;
  /** Why it was in ERROR; absent unless it was. */
  error?: SandboxError;
};

export type ImportOptions = {
  /** Default: the archive's. */
  id?: string;
  /** Whose it will be, whatever the archive says. Default ''. */
  tenant?: string;
  /** Leaves it in ERROR, and runs nothing of it. */
  error?: SandboxError;
  /** Stays with it, so that what was imported together can be told from all else. */
  restore?: string;
};
