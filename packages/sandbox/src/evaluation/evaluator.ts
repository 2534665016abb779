import { createHash } from 'node:crypto';
import { failedPrecondition } from '@petri/core';
import type { Answer, CaseAnswer } from '../protocol.ts';
import type { TaskRequest } from '../supervisor/job.ts';
import type { CaseResult, EvaluationSpec, SuiteCase } from '../types.ts';
import { guestError, outcomeOf } from '../answers.ts';
import { judge, type Judgement } from './comparison.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_CALL_MS = 1_000;

type Scored = { score: number; components: Record<string, number>; cases: CaseResult[] };

/** An evaluation spec made ready once and used for many candidates. */
export interface CompiledEvaluator {
  /** Scores compare only if it is equal. */
  readonly sha256: string;
  task(once: boolean, wallMs: number): TaskRequest;
  /**
   * The score of an answer whose outcome is COMPLETED.
   *
   * @throws PetriError failed_precondition, if a fitness program gave no score
   */
  score(answer: Answer): Scored;
}

const compiled = new WeakMap<EvaluationSpec, CompiledEvaluator>();

/** Keeps what it made as long as the spec object lives: a batch has one for all its items. */
export function compileEvaluator(spec: EvaluationSpec): CompiledEvaluator {
  let evaluator = compiled.get(spec);
  if (evaluator === undefined) {
    evaluator = spec.evaluator.kind === 'suite' ? new SuiteEvaluator(spec) : new ProgramEvaluator(spec);
    compiled.set(spec, evaluator);
  }
  return evaluator;
}

export function evaluationTimeout(spec: EvaluationSpec, capMs: number): number {
  return Math.min(spec.timeoutMs ?? DEFAULT_TIMEOUT_MS, capMs);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

type Expectation = SuiteCase & { /** Parsed. */ expected: unknown };

class SuiteEvaluator implements CompiledEvaluator {
  readonly sha256: string;
  readonly #spec: EvaluationSpec;
  readonly #cases: Expectation[];
  readonly #calls: Extract<TaskRequest, { kind: 'suite' }>['cases'];

  constructor(spec: EvaluationSpec) {
    const { evaluator } = spec;
    if (evaluator.kind !== 'suite') throw new TypeError('not a suite');
    this.#spec = spec;
    this.#cases = evaluator.cases.map((each) => ({
      ...each,
      expected: JSON.parse(each.expectedJson ?? 'null') as unknown,
    }));
    this.#calls = evaluator.cases.map(({ call, timeoutMs }) => ({
      call: { module: call.module, function: call.function, args: call.argumentsJson },
      wallMs: timeoutMs ?? evaluator.caseTimeoutMs ?? DEFAULT_CALL_MS,
    }));
    this.sha256 = digest(['suite', evaluator, spec.determinism ?? null]);
  }

  task(once: boolean, wallMs: number): TaskRequest {
    const { determinism } = this.#spec;
    const task = { kind: 'suite' as const, wallMs, cases: this.#calls, once };
    return determinism === undefined ? task : { ...task, determinism };
  }

  score(answer: Answer): Scored {
    let weights = 0;
    let sum = 0;
    let passed = 0;
    const cases = (answer.cases ?? []).map((given, index) => {
      const expectation = this.#cases[index] as Expectation;
      const judgement = this.#judge(given, expectation);
      const { weight = 1, name = String(index) } = expectation;
      weights += weight;
      sum += weight * judgement.score;
      if (judgement.passed) passed++;
      return this.#result(name, given, judgement);
    });
    const score = weights === 0 ? 0 : sum / weights;
    return { score, components: { passed: cases.length === 0 ? 0 : passed / cases.length }, cases };
  }

  #judge(given: CaseAnswer, { comparison, expected }: Expectation): Judgement {
    if (comparison?.kind === 'THROWS') {
      const error = given.e;
      const wanted = typeof expected === 'string' ? expected : '';
      const threw = outcomeOf(given) === 'THREW' && `${error?.[0]}: ${error?.[1]}`.includes(wanted);
      return { passed: threw, score: threw ? 1 : 0 };
    }
    if (given.o !== 0) return { passed: false, score: 0 };
    return judge(JSON.parse(given.v ?? 'null'), expected, comparison);
  }

  #result(name: string, given: CaseAnswer, { passed, score }: Judgement): CaseResult {
    const result: CaseResult = { name, outcome: outcomeOf(given), passed, score, wallUs: given.w };
    if (given.o !== 0) result.error = guestError(given);
    else if (this.#spec.includeValues === true && given.v !== undefined) result.valueJson = given.v;
    return result;
  }
}

class ProgramEvaluator implements CompiledEvaluator {
  readonly sha256: string;
  readonly #spec: EvaluationSpec;
  readonly #program: Extract<TaskRequest, { kind: 'program' }>['program'];
  readonly #callMs: number;

  constructor(spec: EvaluationSpec) {
    const { evaluator } = spec;
    if (evaluator.kind !== 'program') throw new TypeError('not a fitness program');
    const { language, source } = evaluator.code;
    this.#spec = spec;
    this.sha256 = digest(['program', evaluator, spec.determinism ?? null]);
    this.#program = { key: this.sha256, language, source, dataJson: evaluator.dataJson ?? 'null' };
    this.#callMs = evaluator.callTimeoutMs ?? DEFAULT_CALL_MS;
  }

  task(once: boolean, wallMs: number): TaskRequest {
    const { determinism } = this.#spec;
    const task = {
      kind: 'program' as const,
      wallMs,
      program: this.#program,
      callMs: this.#callMs,
      info: '{}',
      once,
    };
    return determinism === undefined ? task : { ...task, determinism };
  }

  score(answer: Answer): Scored {
    const given: unknown = JSON.parse(answer.v ?? 'null');
    if (typeof given === 'number') return { score: given, components: {}, cases: [] };
    const { score, components = {} } = (given ?? {}) as { score?: unknown; components?: unknown };
    if (typeof score !== 'number')
      throw programFailed(
        `it returned ${(answer.v ?? 'null').slice(0, 200)}, not a number or {score, components}`,
      );
    const parts = Object.entries(components as Record<string, unknown>);
    const wrong = parts.filter(([, part]) => typeof part !== 'number').map(([name]) => name);
    if (wrong.length > 0) throw programFailed(`its components ${wrong.join(', ')} are not numbers`);
    return { score, components: Object.fromEntries(parts) as Record<string, number>, cases: [] };
  }
}

/** The caller's program is at fault, not the candidate. */
export function programFailed(why: string): Error {
  return failedPrecondition('FITNESS_PROGRAM_FAILED', `the fitness program failed: ${why}`);
}
