/** What a collector of garbage has to know. */
export type SandboxActivity = {
  id: string;
  tenant: string;
  createdAtMs: number;
  /** When it last ran, or was changed; when the node started, if neither has happened since. */
  usedAtMs: number;
  /** Whether it runs something or waits to, or is being loaded or destroyed. */
  busy: boolean;
  /** Since when it has been in ERROR. */
  failedAtMs: number | undefined;
  /** About how much its isolate takes; 0 while hibernated. */
  residentBytes: number;
};

export type ResourceUsage = {
  heapBytes: number;
  externalBytes: number;
  memoryLimitBytes: number;
  tasks: number;
  queuedRuns: number;
  cpuTotalUs: number;
  runs: number;
  uptimeMs: number;
  resident: boolean;
  /** 0 while hibernated. */
  workerPid: number;
  restarts: number;
  stateBytes: number;
};

/** What the sandboxes of a tenant add up to. */
export type Holdings = {
  sandboxes: number;
  /** Sum of their memory limits. */
  memoryBytes: number;
};
