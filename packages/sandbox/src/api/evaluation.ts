import type { ModuleCode } from '../genome.ts';
import type { LimitsChange } from '../limits.ts';
import type { Determinism, GuestError, Logs, Outcome, Receipt, RunTarget } from '../outcome.ts';
import type { IsolationLevel, SecurityProfile } from './sandbox.ts';

export type ComparisonKind =
  'EXACT' | 'APPROXIMATE' | 'CLOSENESS' | 'SUBSET' | 'UNORDERED' | 'THROWS' | 'COMPLETES';

export type Comparison = {
  kind: ComparisonKind;
  absoluteTolerance?: number;
  relativeTolerance?: number;
  scale?: number;
};

export type SuiteCase = {
  name?: string;
  call: Extract<RunTarget, { kind: 'call' }>;
  /** JSON text; default 'null'. */
  expectedJson?: string;
  comparison?: Comparison;
  weight?: number;
  timeoutMs?: number;
};

export type Evaluator =
  | { kind: 'suite'; cases: SuiteCase[]; caseTimeoutMs?: number }
  | {
      kind: 'program';
      code: Extract<ModuleCode, { source: string }>;
      /** JSON text; default 'null'. */
      dataJson?: string;
      callTimeoutMs?: number;
    };

export type EvaluationSpec = {
  evaluator: Evaluator;
  /** Wall deadline of the whole evaluation of one candidate. Default 30,000. */
  timeoutMs?: number;
  determinism?: Determinism;
  includeValues?: boolean;
};

export type CaseResult = {
  name: string;
  outcome: Outcome;
  passed: boolean;
  score: number;
  valueJson?: string;
  error?: GuestError;
  wallUs: number;
};

export type Evaluation = {
  outcome: Outcome;
  /** Absent unless COMPLETED. */
  score?: number;
  components: Record<string, number>;
  cases: CaseResult[];
  error?: GuestError;
  logs?: Logs;
  receipt: Receipt;
  evaluatorSha256: string;
  calls: number;
};

export type CandidateOptions = {
  isolation?: IsolationLevel;
  securityProfile?: SecurityProfile;
  limits?: LimitsChange;
};
