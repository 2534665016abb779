import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type Determinism as DeterminismMessage,
  type FunctionCall as FunctionCallMessage,
  LogLevel,
  type LogsSchema,
  Outcome,
  type ReceiptSchema,
  type RunResultSchema,
  type RunSpec as RunSpecMessage,
} from '@petri/contracts/v1';
import type { Determinism, Logs, Receipt, RunResult, RunSpec, RunTarget } from '@petri/sandbox';
import { argumentsJsonOf, valueOf } from '../values.ts';
import { readModuleName } from './modules.ts';
import { uint32 } from './numbers.ts';
import type { Problems } from './problems.ts';
import { readTimeout, readTimestamp } from './time.ts';

type Call = Extract<RunTarget, { kind: 'call' }>;

const LEVELS: Readonly<Record<Logs['lines'][number]['level'], LogLevel>> = {
  debug: LogLevel.DEBUG,
  info: LogLevel.INFO,
  warn: LogLevel.WARN,
  error: LogLevel.ERROR,
};

/** Where a virtual clock starts by default: 2000-01-01T00:00:00Z. */
const DEFAULT_START_MS = 946_684_800_000;

export function readRunSpec(problems: Problems, message: RunSpecMessage): RunSpec {
  const { timeoutMs, cpuTimeMs } = message;
  const spec: RunSpec = { target: readTarget(problems, message.target) };
  if (timeoutMs !== undefined) spec.timeoutMs = readTimeout(problems, 'timeout_ms', timeoutMs);
  if (cpuTimeMs !== undefined) spec.cpuTimeMs = readTimeout(problems, 'cpu_time_ms', cpuTimeMs);
  if (message.determinism !== undefined) spec.determinism = readDeterminism(problems, message.determinism);
  return spec;
}

function readTarget(problems: Problems, target: RunSpecMessage['target']): RunTarget {
  if (target.case === 'call') {
    const since = problems.count;
    const call = readCall(problems, target.value);
    if (problems.count > since) problems.under('call', since);
    return call;
  }
  if (target.case !== 'expression') problems.add('target', 'one of call and expression is required');
  else if (target.value.trim() === '') problems.add('expression', 'must not be empty');
  return { kind: 'expression', expression: target.value ?? '' };
}

export function readCall(problems: Problems, message: FunctionCallMessage): Call {
  return {
    kind: 'call',
    module: readModuleName(problems, 'module', message.module, ''),
    function: message.function === '' ? 'default' : message.function,
    argumentsJson: argumentsJsonOf(message.arguments, problems),
  };
}

export function readDeterminism(problems: Problems, { seed, startTime }: DeterminismMessage): Determinism {
  if (startTime === undefined) return { seed, startTimeMs: DEFAULT_START_MS };
  return { seed, startTimeMs: readTimestamp(problems, 'determinism.start_time', startTime) };
}

export function runResultMessage(
  result: RunResult,
  withReceipt = true,
): MessageInitShape<typeof RunResultSchema> {
  const { outcome, valueJson, error, logs, receipt } = result;
  const message: MessageInitShape<typeof RunResultSchema> = { outcome: Outcome[outcome] };
  if (valueJson !== undefined) message.value = valueOf(valueJson);
  if (error !== undefined) message.error = error;
  if (logs !== undefined) message.logs = logsMessage(logs);
  if (withReceipt) message.receipt = receiptMessage(receipt);
  return message;
}

export function logsMessage({ lines, dropped }: Logs): MessageInitShape<typeof LogsSchema> {
  return {
    lines: lines.map(({ level, text }) => ({ level: LEVELS[level], text })),
    dropped: uint32(dropped),
  };
}

export function receiptMessage(receipt: Receipt): MessageInitShape<typeof ReceiptSchema> {
  return {
    wallUs: uint32(receipt.wallUs),
    cpuUs: uint32(receipt.cpuUs),
    heapBytes: uint32(receipt.heapBytes),
    externalBytes: uint32(receipt.externalBytes),
    outputBytes: uint32(receipt.outputBytes),
    workerPid: uint32(receipt.workerPid),
    attempt: uint32(receipt.attempt),
    queuedUs: uint32(receipt.queuedUs),
    reason: receipt.reason,
    workerLost: receipt.workerLost,
  };
}
