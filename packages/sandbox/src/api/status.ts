import type { Outcome } from '../outcome.ts';
import type { SandboxStatus } from './sandbox.ts';

export type WorkerInfo = {
  pid: number;
  state: 'STARTING' | 'SPARE' | 'ACTIVE' | 'HELD';
  resident: number;
  inFlight: number;
  completed: number;
  rssBytes: number;
};

/** One thing that holds for worker processes, or does not. */
export type Protection = {
  name: string;
  active: boolean;
  /** What was found, for people. */
  detail: string;
};

export type RuntimeStatus = {
  workers: WorkerInfo[];
  /** What the kernel says of a worker; empty while there is none. */
  protections: readonly Protection[];
  sandboxes: Partial<Record<SandboxStatus, number>>;
  runs: Partial<Record<Outcome, number>>;
  kills: Partial<Record<Outcome, number>>;
  workersLostToOthers: number;
};
