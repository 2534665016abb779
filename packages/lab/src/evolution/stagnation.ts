import type { Individual } from './individual.ts';

/** A step forward takes at least this share off the best error; polishing constants does not count. */
const PROGRESS = 0.1;

/**
 * Tells when a population has converged on something that is not the answer. Runs either find the shape of a law early
 * or hardly ever, so starting over is worth more than insisting.
 */
export class Stagnation {
  readonly #patience: number;
  #error = Number.POSITIVE_INFINITY;
  #idle = 0;
  #restarts = 0;

  constructor(patience: number) {
    this.#patience = patience;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** To be told each generation's fittest once. True when the caller should start over. */
  isStuck({ score }: Individual): boolean {
    const error = score > 0 ? 1 / score - 1 : Number.MAX_VALUE;
    if (error <= this.#error * (1 - PROGRESS)) {
      this.#error = error;
      this.#idle = 0;
      return false;
    }
    this.#idle++;
    if (this.#idle < this.#patience) return false;
    this.#error = Number.POSITIVE_INFINITY;
    this.#idle = 0;
    this.#restarts++;
    return true;
  }
}
