/** How a guest's run ended. Guest failures are answers, never exceptions of ours. */
export const OUTCOMES = [
  'COMPLETED',
  'THREW',
  'TIMEOUT',
  'CPU_LIMIT',
  'MEMORY_LIMIT',
  'OUTPUT_LIMIT',
  'CRASHED',
  'CANCELLED',
  'INVALID_RESULT',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** A guest's error, normalised inside the guest into plain, capped text. `path` says where in an invalid result. */
export type GuestError = { name: string; message: string; stack: string; path: string };

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a guest logged in one run; `dropped` counts the lines past the limit. */
export type Logs = { lines: { level: LogLevel; text: string }[]; dropped: number };

/** What a run cost, measured by the supervisor and the worker. Times in microseconds, sizes in bytes. */
export type Receipt = {
  wallUs: number;
  cpuUs: number;
  /** JavaScript heap when the run ended; 0 if the isolate was lost with it. */
  heapBytes: number;
  externalBytes: number;
  outputBytes: number;
  workerPid: number;
  /** How many times it was handed to a worker. */
  attempt: number;
  queuedUs: number;
  /** Why it ended so, for people; empty for COMPLETED. */
  reason: string;
  /** Whether the worker process went with it. */
  workerLost: boolean;
};

export type RunResult = {
  outcome: Outcome;
  /** JSON text of the value, if COMPLETED. */
  valueJson?: string;
  error?: GuestError;
  logs?: Logs;
  receipt: Receipt;
};

/** Makes a run repeatable: seed of Math.random and start of the virtual clock, in milliseconds since 1970. */
export type Determinism = { seed: number; startTimeMs: number };

export type RunTarget =
  | { kind: 'call'; /** '' is the entry module. */ module: string; function: string; argumentsJson: string }
  | { kind: 'expression'; expression: string };

export type RunSpec = {
  target: RunTarget;
  /** Wall deadline from the run's start; capped by the sandbox's limit. Default 30,000. */
  timeoutMs?: number;
  /** CPU budget; capped by the sandbox's limit, which is the default. */
  cpuTimeMs?: number;
  determinism?: Determinism;
};
