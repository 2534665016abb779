import {
  type Case,
  type Comparison as ComparisonMessage,
  ComparisonKind,
  type EvaluationSpec as EvaluationSpecMessage,
  type FitnessProgram,
  type Suite,
} from '@petri/contracts/v1';
import type { Comparison, EvaluationSpec, Evaluator, SuiteCase } from '@petri/sandbox';
import { jsonOf } from '../values.ts';
import { reader } from './enums.ts';
import type { Problems } from './problems.ts';
import { readCall, readDeterminism } from './run.ts';
import { readTimeout } from './time.ts';

/** Cases of one evaluation share one deadline and one answer; more are better sent as several evaluations. */
const MAX_CASES = 10_000;
const MAX_CASE_NAME = 256;

const readKind = reader(ComparisonKind);

/** The field `spec` of a request, which is required. */
export function readEvaluationSpec(
  problems: Problems,
  message: EvaluationSpecMessage | undefined,
): EvaluationSpec {
  if (message) return problems.within('spec', () => readSpec(problems, message));
  problems.add('spec', 'is required');
  return { evaluator: { kind: 'suite', cases: [] } };
}

function readSpec(problems: Problems, message: EvaluationSpecMessage): EvaluationSpec {
  const { timeoutMs, determinism } = message;
  const spec: EvaluationSpec = {
    evaluator: readEvaluator(problems, message.evaluator),
    includeValues: message.includeValues,
  };
  if (timeoutMs !== undefined) spec.timeoutMs = readTimeout(problems, 'timeout_ms', timeoutMs);
  if (determinism !== undefined) spec.determinism = readDeterminism(problems, determinism);
  return spec;
}

function readEvaluator(problems: Problems, evaluator: EvaluationSpecMessage['evaluator']): Evaluator {
  switch (evaluator.case) {
    case 'suite':
      return problems.within('suite', () => readSuite(problems, evaluator.value));
    case 'program':
      return problems.within('program', () => readProgram(problems, evaluator.value));
    default:
      problems.add('evaluator', 'one of suite and program is required');
      return { kind: 'suite', cases: [] };
  }
}

function readSuite(problems: Problems, suite: Suite): Evaluator {
  const { cases, caseTimeoutMs } = suite;
  if (cases.length === 0) problems.add('cases', 'at least one is required');
  problems.atMost('cases', cases.length, MAX_CASES);
  const evaluator: Evaluator = {
    kind: 'suite',
    cases: problems.each('cases', cases, (message) => readCase(problems, message)),
  };
  if (caseTimeoutMs !== undefined)
    evaluator.caseTimeoutMs = readTimeout(problems, 'case_timeout_ms', caseTimeoutMs);
  if (cases.length > 0 && cases.every(({ weight }) => weight === 0))
    problems.add('cases', 'must not all have the weight 0');
  return evaluator;
}

function readCase(problems: Problems, message: Case): SuiteCase {
  const { name, call, expected, comparison, weight, timeoutMs } = message;
  if (name.length > MAX_CASE_NAME)
    problems.add('name', `must have at most ${MAX_CASE_NAME} characters, has ${name.length}`);
  if (call === undefined) problems.add('call', 'is required');
  const read: SuiteCase = {
    call: call
      ? problems.within('call', () => readCall(problems, call))
      : { kind: 'call', module: '', function: 'default', argumentsJson: '[]' },
  };
  if (name !== '') read.name = name;
  if (expected) read.expectedJson = problems.within('expected', () => jsonOf(expected, problems));
  if (comparison) read.comparison = problems.within('comparison', () => readComparison(problems, comparison));
  if (weight !== undefined) read.weight = finite(problems, 'weight', weight);
  if (timeoutMs !== undefined) read.timeoutMs = readTimeout(problems, 'timeout_ms', timeoutMs);
  return read;
}

function readComparison(problems: Problems, message: ComparisonMessage): Comparison {
  const { kind, absoluteTolerance, relativeTolerance, scale } = message;
  const comparison: Comparison = { kind: readKind(problems, 'kind', kind) ?? 'EXACT' };
  if (absoluteTolerance !== undefined)
    comparison.absoluteTolerance = finite(problems, 'absolute_tolerance', absoluteTolerance);
  if (relativeTolerance !== undefined)
    comparison.relativeTolerance = finite(problems, 'relative_tolerance', relativeTolerance);
  if (scale === 0) problems.add('scale', 'must be more than 0');
  if (scale !== undefined) comparison.scale = finite(problems, 'scale', scale);
  return comparison;
}

function readProgram(problems: Problems, program: FitnessProgram): Evaluator {
  const { source, data, callTimeoutMs } = program;
  if (source.case === undefined) problems.add('source', 'one of javascript and typescript is required');
  const evaluator: Evaluator = {
    kind: 'program',
    code: { language: source.case ?? 'javascript', source: source.value ?? '' },
  };
  if (data) evaluator.dataJson = problems.within('data', () => jsonOf(data, problems));
  if (callTimeoutMs !== undefined)
    evaluator.callTimeoutMs = readTimeout(problems, 'call_timeout_ms', callTimeoutMs);
  return evaluator;
}

function finite(problems: Problems, field: string, number: number): number {
  if (!Number.isFinite(number) || number < 0)
    problems.add(field, `is ${number}, must be finite and 0 or more`);
  return number;
}
