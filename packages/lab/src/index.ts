export {
  type Candidate,
  type Evaluation,
  type Evaluator,
  EvaluatorUnavailable,
  type FitnessData,
  type Outcome,
} from './evolution/evaluator.ts';
export { type Evolution, evolve, type EvolveOptions, type GenerationReport } from './evolution/evolve.ts';
export type { Individual } from './evolution/individual.ts';
export { DEFAULTS, type Operators, type Settings } from './evolution/settings.ts';
export { REGRESSION_PROGRAM } from './fitness/program.ts';
export type { Grammar } from './gp/primitives.ts';
export { printExpression, printModule } from './gp/print.ts';
export { readable } from './gp/readable.ts';
export type { Tree } from './gp/tree.ts';
export type { Limits } from './gp/vary.ts';
export { attack, type ContainmentReport, type HostileReport } from './containment/containment.ts';
export { type Hostile, HOSTILES } from './containment/hostiles.ts';
export { DataError, type Violation } from './csv/violation.ts';
export { evolveOnIslands, type IslandsOptions } from './islands/evolve-on-islands.ts';
export { Output, type Sink } from './report/output.ts';
export { V8_FLAGS } from './node/v8-flags.ts';
export { fileProblem } from './problems/file.ts';
export { kepler } from './problems/kepler.ts';
export type { Problem, Samples, Verdict } from './problems/problem.ts';
export { quadratic } from './problems/quadratic.ts';
export { type Prediction, type Solution, solve } from './problems/solve.ts';
