import type { MessageInitShape } from '@bufbuild/protobuf';
import { fromValue, type Json, toValue } from '@petri/contracts';
import type {
  DeterminismSchema,
  FunctionCallSchema,
  GuestError as WireGuestError,
  Logs as WireLogs,
  Receipt as WireReceipt,
  RunResult as WireRunResult,
  RunSpecSchema,
} from '@petri/contracts/v1';
import { type LogLevel, logLevelName, type Outcome, outcomeName } from './enums.ts';
import { present } from './present.ts';
import { timeOf } from './time.ts';

/** Makes a run repeatable: the same genome, state and arguments give the same answer. */
export type Determinism = {
  /** Of Math.random. Default 0. */
  seed?: number;
  /** Where the virtual clock starts. Default 2000-01-01T00:00:00Z. */
  startTime?: Date;
};

/** A call of an exported function with JSON arguments; a promise is awaited. */
export type FunctionCall = {
  /** Default "default". */
  function?: string;
  /** Default none. */
  arguments?: readonly unknown[];
  /** Whose export it is. Default: the entry module. */
  module?: string;
};

/** Within what to run. */
export type RunLimits = {
  /** Wall time of the run from its start. Default 30,000; capped by the sandbox's `executionTimeMs`. */
  timeoutMs?: number | undefined;
  /** CPU time of the run. Default and cap: the sandbox's `cpuTimeMs`. */
  cpuTimeMs?: number | undefined;
  /** Default: real clock, real randomness. */
  determinism?: Determinism | undefined;
};

/** A call, or an expression in which the entry module's exports are in scope; and within what to run it. */
export type RunSpec = (FunctionCall | { expression: string }) & RunLimits;

/** A guest's error as plain text: name, message, its own frames, and for INVALID_RESULT where in the value. */
export type GuestError = { name: string; message: string; stack: string; path: string };

/** What a guest logged; `dropped` counts the lines past its limit. */
export type Logs = { lines: { level: LogLevel; text: string }[]; dropped: number };

/** What a run cost: times in microseconds, sizes in bytes. */
export type Receipt = {
  wallUs: number;
  cpuUs: number;
  heapBytes: number;
  externalBytes: number;
  outputBytes: number;
  workerPid: number;
  /** How many times it was handed to a worker. */
  attempt: number;
  queuedUs: number;
  /** Why it ended so, for people; '' for COMPLETED. */
  reason: string;
  /** Whether it took its worker process with it. */
  workerLost: boolean;
};

/** How a run ended. A failure of the guest is an answer, not an exception. */
export type Ran<R> = { logs?: Logs; receipt: R } & (
  { outcome: 'COMPLETED'; value: Json } | { outcome: Exclude<Outcome, 'COMPLETED'>; error: GuestError }
);

export type RunResult = Ran<Receipt>;

/** `place` is where the call is in the request, for errors. */
export function callInit(call: FunctionCall, place = ''): MessageInitShape<typeof FunctionCallSchema> {
  const { module = '', function: name = '', arguments: given = [] } = call;
  const values = given.map((each, index) => toValue(each, `${place}arguments[${index}]`));
  return { module, function: name, arguments: values };
}

export function runSpecInit(spec: RunSpec): MessageInitShape<typeof RunSpecSchema> {
  const { timeoutMs, cpuTimeMs, determinism } = spec;
  return {
    target:
      'expression' in spec
        ? { case: 'expression', value: spec.expression }
        : { case: 'call', value: callInit(spec) },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(cpuTimeMs === undefined ? {} : { cpuTimeMs }),
    ...(determinism === undefined ? {} : { determinism: determinismInit(determinism) }),
  };
}

export function determinismInit(determinism: Determinism): MessageInitShape<typeof DeterminismSchema> {
  const { seed = 0, startTime } = determinism;
  return startTime ? { seed, startTime: timeOf(startTime) } : { seed };
}

export function runResult(message: WireRunResult): RunResult {
  return { ...ran(message), receipt: receipt(present(message.receipt)) };
}

export function ran(message: WireRunResult): Ran<Receipt | undefined> {
  const outcome = outcomeName(message.outcome);
  const rest = {
    ...(message.logs ? { logs: logs(message.logs) } : {}),
    receipt: message.receipt && receipt(message.receipt),
  };
  if (outcome === 'COMPLETED') return { outcome, value: fromValue(message.value), ...rest };
  return { outcome, error: guestError(message.error), ...rest };
}

export function guestError(message: WireGuestError | undefined): GuestError {
  const { name = '', message: text = '', stack = '', path = '' } = message ?? {};
  return { name, message: text, stack, path };
}

export function logs({ lines, dropped }: WireLogs): Logs {
  return { lines: lines.map(({ level, text }) => ({ level: logLevelName(level), text })), dropped };
}

export function receipt(message: WireReceipt): Receipt {
  const { $typeName: _, $unknown: __, ...fields } = message;
  return fields;
}
