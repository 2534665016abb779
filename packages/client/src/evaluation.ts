import type { MessageInitShape } from '@bufbuild/protobuf';
import { fromValue, type Json, toValue } from '@petri/contracts';
import {
  type CaseResult as WireCaseResult,
  type CaseSchema,
  ComparisonKind as WireComparisonKind,
  type Evaluation as WireEvaluation,
  type EvaluationSpecSchema,
} from '@petri/contracts/v1';
import { type ComparisonKind, type Outcome, outcomeName } from './enums.ts';
import { present } from './present.ts';
import {
  callInit,
  type Determinism,
  determinismInit,
  type FunctionCall,
  type GuestError,
  guestError,
  logs,
  type Logs,
  receipt,
  type Receipt,
} from './run.ts';

/** How an actual value is held against the expected one, on the host. petri/v1/evaluation.proto says what each kind does. */
export type Comparison = {
  /** Default EXACT. */
  kind?: ComparisonKind;
  /** Default 0; 1e-9 for CLOSENESS. */
  absoluteTolerance?: number;
  /** Default 1e-9. */
  relativeTolerance?: number;
  /** Difference at which CLOSENESS scores one half. Default 1. */
  scale?: number;
};

export type Case = FunctionCall & {
  /** In the results. Default: its index. */
  name?: string;
  /** JSON. Default null. */
  expected?: unknown;
  /** Default EXACT. */
  comparison?: ComparisonKind | Comparison;
  /** Default 1. */
  weight?: number;
  /** Wall time of the case. Default: the suite's `caseTimeoutMs`. */
  timeoutMs?: number;
};

/** 1 to 10,000 cases; the score is the weighted mean of theirs. */
export type Suite = {
  cases: readonly Case[];
  /** Wall time of each case. Default 1,000. */
  caseTimeoutMs?: number;
};

/** A module whose default export is `async (candidate, context) => score | {score, components}`. */
export type FitnessProgram = ({ javascript: string } | { typescript: string }) & {
  /** JSON, given as `context.data`; never enters the candidate's isolate. Default null. */
  data?: unknown;
  /** Wall time of each call of the candidate. Default 1,000. */
  callTimeoutMs?: number;
};

export type EvaluationSpec = ({ suite: Suite } | { program: FitnessProgram }) & {
  /** Wall time of the evaluation of one candidate. Default 30,000; capped by its `executionTimeMs`. */
  timeoutMs?: number;
  /** Default: real clock, real randomness. */
  determinism?: Determinism;
  /** Whether case results carry the actual values. Default false. */
  includeValues?: boolean;
};

export type CaseResult = {
  name: string;
  outcome: Outcome;
  passed: boolean;
  /** 0 to 1. */
  score: number;
  /** If asked for. */
  value?: Json;
  error?: GuestError;
  wallUs: number;
};

export type Evaluation = {
  /** COMPLETED if there is a score. */
  outcome: Outcome;
  score?: number;
  components: Record<string, number>;
  /** For a suite, in its order. */
  cases: CaseResult[];
  /** The candidate's error, unless COMPLETED. */
  error?: GuestError;
  logs?: Logs;
  receipt: Receipt;
  /** Scores compare only if this is equal. */
  evaluatorSha256: string;
  /** Calls of the candidate. */
  calls: number;
};

export function evaluationSpecInit(spec: EvaluationSpec): MessageInitShape<typeof EvaluationSpecSchema> {
  const { timeoutMs, determinism, includeValues = false } = spec;
  return {
    evaluator: 'suite' in spec ? suiteInit(spec.suite) : programInit(spec.program),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(determinism ? { determinism: determinismInit(determinism) } : {}),
    includeValues,
  };
}

function suiteInit({ cases, caseTimeoutMs }: Suite) {
  const value = { cases: cases.map(caseInit), ...(caseTimeoutMs === undefined ? {} : { caseTimeoutMs }) };
  return { case: 'suite' as const, value };
}

function caseInit(given: Case, index: number): MessageInitShape<typeof CaseSchema> {
  const { name = '', expected, comparison, weight, timeoutMs } = given;
  return {
    name,
    call: callInit(given, `cases[${index}].`),
    ...(expected === undefined ? {} : { expected: toValue(expected, `cases[${index}].expected`) }),
    ...(comparison === undefined ? {} : { comparison: comparisonInit(comparison) }),
    ...(weight === undefined ? {} : { weight }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function comparisonInit(comparison: ComparisonKind | Comparison) {
  const { kind = 'EXACT', ...tolerances } =
    typeof comparison === 'string' ? { kind: comparison } : comparison;
  return { kind: WireComparisonKind[kind], ...tolerances };
}

function programInit(program: FitnessProgram) {
  const { data, callTimeoutMs } = program;
  const source =
    'javascript' in program
      ? { case: 'javascript' as const, value: program.javascript }
      : { case: 'typescript' as const, value: program.typescript };
  const value = {
    source,
    ...(data === undefined ? {} : { data: toValue(data, 'data') }),
    ...(callTimeoutMs === undefined ? {} : { callTimeoutMs }),
  };
  return { case: 'program' as const, value };
}

export function evaluation(message: WireEvaluation): Evaluation {
  const { score, components, error, evaluatorSha256, calls } = message;
  return {
    outcome: outcomeName(message.outcome),
    ...(score === undefined ? {} : { score }),
    components,
    cases: message.cases.map(caseResult),
    ...(error ? { error: guestError(error) } : {}),
    ...(message.logs ? { logs: logs(message.logs) } : {}),
    receipt: receipt(present(message.receipt)),
    evaluatorSha256,
    calls,
  };
}

function caseResult({ name, outcome, passed, score, value, error, wallUs }: WireCaseResult): CaseResult {
  return {
    name,
    outcome: outcomeName(outcome),
    passed,
    score,
    ...(value ? { value: fromValue(value) } : {}),
    ...(error ? { error: guestError(error) } : {}),
    wallUs,
  };
}
