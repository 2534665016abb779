/**
 * Messages between the supervisor and a worker, in length-prefixed JSON frames; each frame holds an array of them.
 * Both sides import this file. The supervisor trusts a worker to do its work, never with more than its own runs.
 */

import type { Determinism } from './outcome.ts';
import type { ScanReport } from './scan/finding.ts';
import type { SecurityProfile } from './api/sandbox.ts';

/** File descriptors of a worker besides standard ones. */
export const CHANNEL_FD = 3;
export const RECORDER_FD = 4;

export type PlannedModule = {
  name: string;
  language: 'javascript' | 'typescript' | 'wasm';
  /** Source, or the binary in base64. */
  text: string;
};

/** By which rules sources are scanned; `advice` asks for what is only to be reported, too. */
export type ScanOrder = { profile: SecurityProfile; advice: boolean };

/** All that is needed to build a sandbox's isolate on any worker. */
export type BuildPlan = {
  modules: PlannedModule[];
  entry: string;
  stateJson: string;
  memoryBytes: number;
  outputBytes: number;
  logBytes: number;
  stateBytes: number;
  maxTasks: number;
  /** No code from strings, no WebAssembly. */
  strict: boolean;
  /** Only with code that was not scanned under this profile before. */
  scan?: ScanOrder;
  /** Sandboxes of one group share an isolate; '' for an isolate of its own. */
  group: string;
};

/** [name, message, stack, path] */
export type WireError = [string, string, string, string];

type OnResident = {
  id: number;
  /** Which build of which sandbox; a key never means two things. */
  key: number;
  /** Sent when the supervisor knows that the worker does not hold the key. */
  plan?: BuildPlan;
  /** Wall time from the start of the task, and CPU time, in milliseconds. */
  wallMs: number;
  cpuMs: number;
};

type WireCall = { module: string; function: string; args: string };

export type RunTask = OnResident & {
  kind: 'run';
  call?: WireCall;
  expression?: string;
  determinism?: Determinism;
};

/** Builds `plan` under `key`, migrates its state if asked, and starts it. */
export type LoadTask = OnResident & {
  kind: 'load';
  plan: BuildPlan;
  /** Key of the build that runs now, if this worker holds it. */
  beside?: number;
  migrate?: { handler: string; from: Record<string, number>; to: Record<string, number> };
};

export type SuiteTask = OnResident & {
  kind: 'suite';
  cases: { call: WireCall; wallMs: number }[];
  determinism?: Determinism;
  /** The resident is built for this task alone. */
  once: boolean;
};

export type ProgramTask = OnResident & {
  kind: 'program';
  program: { key: string; language: 'javascript' | 'typescript'; source: string; dataJson: string };
  callMs: number;
  /** Of each call that the program makes. */
  argumentBytes: number;
  info: string;
  determinism?: Determinism;
  once: boolean;
};

/** Calls the export `stop`, if there is one, and drops the resident. */
type StopTask = OnResident & { kind: 'stop' };

type UsageTask = OnResident & { kind: 'usage' };

/** Compiles and scans the sources of its plan, and builds nothing. */
type ScanTask = OnResident & { kind: 'scan' };

export type Task = RunTask | LoadTask | SuiteTask | ProgramTask | StopTask | UsageTask | ScanTask;

export type ToWorker =
  | Task
  | { kind: 'drop'; key: number }
  /** Drops residents, those that have taken most first, until the process is smaller by so many bytes. */
  | { kind: 'shed'; bytes: number }
  /** Ends a task that has not started, or waits for a timer; it is still answered. */
  | { kind: 'cancel'; id: number };

/** How a call ended: index into OUTCOMES, and what goes with it. */
export type CallAnswer = {
  o: number;
  /** JSON text of the value. */
  v?: string;
  e?: WireError;
  /** [level, text] */
  l?: [number, string][];
  /** Log lines dropped. */
  d?: number;
  /** State to commit. */
  s?: string;
  /** Why, for people. */
  r?: string;
};

export type CaseAnswer = CallAnswer & { w: number };

export type Answer = CallAnswer & {
  id: number;
  /** Wall and CPU time in microseconds, heap and external memory in bytes. */
  w: number;
  c: number;
  h: number;
  x: number;
  /** Where a load failed. */
  stage?: LoadStage;
  cases?: CaseAnswer[];
  /** Calls of the candidate by a fitness program. */
  calls?: number;
  /** Those that did not complete. */
  failedCalls?: number;
  /** The fitness program itself failed, not the candidate. */
  program?: boolean;
  /** Tasks (timers) pending, for usage. */
  tasks?: number;
  /** What the scan had to say of code that was loaded or refused; absent if nothing. */
  scan?: ScanReport;
};

export type LoadStage = 'compile' | 'scan' | 'link' | 'evaluate' | 'migrate' | 'start';

export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'answers'; answers: Answer[]; /** Keys the worker no longer holds. */ dropped: number[] }
  /** The worker does not hold the key, and the task came without a plan. */
  | { kind: 'missing'; id: number }
  /** A task waits for a timer, and leaves the worker to others. */
  | { kind: 'parked'; id: number }
  /** A load has come to its start(). */
  | { kind: 'starting'; id: number };
