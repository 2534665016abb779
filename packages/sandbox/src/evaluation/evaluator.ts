import { createHash } from 'node:crypto';
import { failedPrecondition } from '@petri/core';
import { OUTCOMES } from '../outcome.ts';
import type { Limits } from '../limits.ts';
import type { Answer, CaseAnswer } from '../protocol.ts';
import type { TaskRequest } from '../supervisor/job.ts';
import type { CaseResult, EvaluationSpec, SuiteCase } from '../api/evaluation.ts';
import { guestError, outcomeOf } from '../answers.ts';
import { FAILED, judge, type Judgement, PASSED } from './comparison.ts';
import { Steps, TooManySteps } from './steps.ts';
import { Turns } from './turns.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_CALL_MS = 1_000;

type Scored = { score: number; components: Record<string, number>; cases: CaseResult[] };

/** An evaluation spec made ready once and used for many candidates. */
export interface CompiledEvaluator {
  /** Scores compare only if it is equal. */
  readonly sha256: string;
  task(once: boolean, wallMs: number, limits: Limits): TaskRequest;
  /**
   * The score of an answer whose outcome is COMPLETED. What takes longer gives way to others between cases.
   *
   * @throws PetriError failed_precondition, if a fitness program gave no score (also as a rejection)
   */
  score(answer: Answer): Scored | Promise<Scored>;
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

type Expectation = SuiteCase & {
  /** Parsed. */
  expected: unknown;
  /** Characters of it as JSON. */
  size: number;
  /** How many an answer may have to be worth a look. */
  most: number;
};

const OUTPUT_LIMIT = OUTCOMES.indexOf('OUTPUT_LIMIT');
// As JSON a number takes one character at least and 25 at most, and all else that is equal takes the same.
const NUMBER_CHARACTERS = 26;
// Where an answer may have more than is expected of it, it takes a tenth of a second to read this much, in characters.
const SUBSET_CHARACTERS = 1 << 20;
// What takes no more than this is judged at once, in characters and in steps for each of them. What takes more waits for its
// turn, for it is work that a candidate makes for everybody.
const SMALL_CHARACTERS = 1 << 16;
const SMALL_STEPS = 4;
// Beyond the sizes of what is compared: some tens of milliseconds.
const FREE_STEPS = 1_000_000;

const turns = new Turns();

type Judged = { given: CaseAnswer; judgement: Judgement };

function expectationOf(each: SuiteCase): Expectation {
  const expected: unknown = JSON.parse(each.expectedJson ?? 'null');
  const size = JSON.stringify(expected).length;
  const likely = (size + 1) * NUMBER_CHARACTERS;
  const most = each.comparison?.kind === 'SUBSET' ? Math.max(likely, SUBSET_CHARACTERS) : likely;
  return { ...each, expected, size, most };
}

class SuiteEvaluator implements CompiledEvaluator {
  readonly sha256: string;
  readonly #spec: EvaluationSpec;
  readonly #cases: Expectation[];
  readonly #calls: Extract<TaskRequest, { kind: 'suite' }>['cases'];

  constructor(spec: EvaluationSpec) {
    const { evaluator } = spec;
    if (evaluator.kind !== 'suite') throw new TypeError('not a suite');
    this.#spec = spec;
    this.#cases = evaluator.cases.map(expectationOf);
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

  score(answer: Answer): Scored | Promise<Scored> {
    const { cases = [] } = answer;
    const characters = cases.reduce((sum, { v = '' }) => sum + v.length, 0);
    if (characters > SMALL_CHARACTERS) return this.#scoreByTurns(cases);
    try {
      return this.#sum(
        cases.map((given, index) => this.#judge(given, index, SMALL_STEPS * SMALL_CHARACTERS)),
      );
    } catch (thrown) {
      if (thrown instanceof TooManySteps) return this.#scoreByTurns(cases);
      throw thrown;
    }
  }

  async #scoreByTurns(cases: CaseAnswer[]): Promise<Scored> {
    const judged: Judged[] = [];
    for (const [index, given] of cases.entries()) {
      await turns.next();
      try {
        judged.push(this.#judge(given, index, FREE_STEPS));
      } catch (thrown) {
        if (!(thrown instanceof TooManySteps)) throw thrown;
        judged.push({ given: uncompared(given), judgement: FAILED });
      }
    }
    return this.#sum(judged);
  }

  #sum(judged: Judged[]): Scored {
    let weights = 0;
    let sum = 0;
    let passed = 0;
    const cases = judged.map(({ given, judgement }, index) => {
      const { weight = 1, name = String(index) } = this.#cases[index] as Expectation;
      weights += weight;
      sum += weight * judgement.score;
      if (judgement.passed) passed++;
      return this.#result(name, given, judgement);
    });
    const score = weights === 0 ? 0 : sum / weights;
    return { score, components: { passed: cases.length === 0 ? 0 : passed / cases.length }, cases };
  }

  /** @throws TooManySteps */
  #judge(given: CaseAnswer, index: number, freeSteps: number): Judged {
    return { given, judgement: this.#hold(given, this.#cases[index] as Expectation, freeSteps) };
  }

  #hold(given: CaseAnswer, { comparison, expected, size, most }: Expectation, freeSteps: number): Judgement {
    if (comparison?.kind === 'THROWS') {
      const error = given.e;
      const wanted = typeof expected === 'string' ? expected : '';
      const threw = outcomeOf(given) === 'THREW' && `${error?.[0]}: ${error?.[1]}`.includes(wanted);
      return { passed: threw, score: threw ? 1 : 0 };
    }
    if (given.o !== 0) return FAILED;
    if (comparison?.kind === 'COMPLETES') return PASSED;
    const { v = 'null' } = given;
    // No value of that size is equal to the one that is expected: it need not be read.
    if (v.length > most && comparison?.kind !== 'SUBSET') return FAILED;
    if (v.length > most) throw new TooManySteps();
    return judge(JSON.parse(v), expected, comparison, new Steps(v.length + size + freeSteps));
  }

  #result(name: string, given: CaseAnswer, { passed, score }: Judgement): CaseResult {
    const result: CaseResult = { name, outcome: outcomeOf(given), passed, score, wallUs: given.w };
    if (given.o !== 0) result.error = guestError(given);
    else if (this.#spec.includeValues === true && given.v !== undefined) result.valueJson = given.v;
    return result;
  }
}

/** A result that completed, and that nobody can be expected to compare. */
function uncompared(given: CaseAnswer): CaseAnswer {
  const reason = 'the result is too large, or too unlike what is expected, to be compared';
  const answer = { ...given, o: OUTPUT_LIMIT, r: reason };
  delete answer.v;
  return answer;
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

  task(once: boolean, wallMs: number, { argumentBytes }: Limits): TaskRequest {
    const { determinism } = this.#spec;
    const task = {
      kind: 'program' as const,
      wallMs,
      argumentBytes,
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
