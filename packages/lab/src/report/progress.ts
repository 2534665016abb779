import { KILLS } from '../evolution/evaluator.ts';
import type { Outcome } from '../evolution/evaluator.ts';
import type { GenerationReport } from '../evolution/evolve.ts';
import { count } from './format.ts';
import type { Output } from './output.ts';

const BAR = 20;
/** Without a terminal, a line is worth printing when so much less is missing, and now and then as a sign of life. */
const WORTH_A_LINE = 0.9;
const PLAIN_EVERY = 10;

/** Shows generations as they end. */
export class Progress {
  readonly #output: Output;
  readonly #generations: number;
  #missing = Number.POSITIVE_INFINITY;

  constructor(output: Output, generations: number) {
    this.#output = output;
    this.#generations = generations;
  }

  show(report: GenerationReport): void {
    const line = this.#describe(report);
    const missing = 1 - report.best.score;
    if (this.#output.live) this.#output.status(`  ${this.#bar(report.generation + 1)} ${line}`);
    else if (missing < this.#missing * WORTH_A_LINE || report.generation % PLAIN_EVERY === 0) {
      this.#output.line(`  ${line}`);
      this.#missing = missing;
    }
  }

  #bar(done: number): string {
    const filled = Math.round((done / this.#generations) * BAR);
    return '█'.repeat(filled) + '░'.repeat(BAR - filled);
  }

  #describe({
    generation,
    restarts,
    best,
    mean,
    distinct,
    evaluationsPerSecond,
    outcomes,
  }: GenerationReport): string {
    return [
      `generation ${generation}`,
      `best ${best.score.toFixed(6)}`,
      `mean ${mean.toFixed(3)}`,
      `${distinct} distinct`,
      `${count(evaluationsPerSecond)} evaluations/s`,
      `kills ${count(killCount(outcomes))}`,
      ...(restarts > 0 ? [`restarts ${restarts}`] : []),
    ].join('  ');
  }
}

function killCount(outcomes: Readonly<Partial<Record<Outcome, number>>>): number {
  return KILLS.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
}
