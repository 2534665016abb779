import type { Genome } from '../genome.ts';
import type { Limits, LimitsChange } from '../limits.ts';
import type { ScanReport } from '../scan/finding.ts';
import type { Scope } from './call.ts';
import type { ModuleVersionInfo } from './module.ts';

export type SandboxStatus =
  'INITIALIZING' | 'COMPILING' | 'STARTING' | 'RUNNING' | 'RELOADING' | 'STOPPING' | 'STOPPED' | 'ERROR';

export type IsolationLevel = 'ISOLATE' | 'REALM' | 'PROCESS';

export type SecurityProfile = 'HIGH' | 'MEDIUM' | 'LOW';

export type SandboxError = { reason: string; message: string; occurredAtMs: number };

export type SandboxInfo = {
  id: string;
  /** Whose it is; '' where nobody tells tenants apart. */
  tenant: string;
  status: SandboxStatus;
  isolation: IsolationLevel;
  securityProfile: SecurityProfile;
  population: string;
  labels: Readonly<Record<string, string>>;
  limits: Limits;
  /** '' while there is no code. */
  entry: string;
  /** The active version of each module, by name. */
  modules: ModuleVersionInfo[];
  createdAtMs: number;
  updatedAtMs: number;
  restartCount: number;
  error: SandboxError | undefined;
  revision: number;
  /** What the security scan reported of the code in force; undefined if nothing. */
  scan: ScanReport | undefined;
  /** What it was imported for, as `import` was told. */
  restore?: string;
};

export type CreateSpec = {
  /** Default: generated. */
  id?: string;
  /** Whose it will be. Default ''. */
  tenant?: string;
  genome?: Genome;
  isolation?: IsolationLevel;
  securityProfile?: SecurityProfile;
  population?: string;
  labels?: Record<string, string>;
  limits?: LimitsChange;
  /** Default '{}'. */
  stateJson?: string;
  loadTimeoutMs?: number;
};

export type ListQuery = Scope & {
  /** Default 100, at most 1,000. */
  pageSize?: number;
  pageToken?: string;
  statuses?: SandboxStatus[];
  population?: string;
  labels?: Record<string, string>;
  minAgeMs?: number;
  maxAgeMs?: number;
};

export type ListPage = { sandboxes: SandboxInfo[]; nextPageToken: string; totalSize: number };
