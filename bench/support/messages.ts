import type { Outcome } from '../traps/experiment.ts';
import type { Variant } from '../traps/trap-archipelago.ts';

/** Calls of 200 small functions in an isolate each; `inFlight` 0 is synchronously, one after another. */
export type ApplyQuestion = { calls: number; inFlight: number };
/** `wrong` is the number of wrong results. */
export type ApplyAnswer = { perSecond: number; cpuUsPerCall: number; wrong: number };

export type EchoQuestion = Record<string, never>;
export type EchoAnswer = { address: string };

export type RuntimeQuestion = { runs: number };
/** CPU time per run: of the process itself, and of each of its workers. */
export type RuntimeAnswer = {
  perSecond: number;
  wrong: number;
  cpuUsPerRun: number;
  workersCpuUsPerRun: number[];
};

export type CollectorQuestion = Record<string, never>;
/** `requests` is how many came since the start. */
export type CollectorAnswer = { address: string; requests: number };

export type TrapsQuestion = { variant: Variant; seed: number };
export type TrapsAnswer = Outcome;
