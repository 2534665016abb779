/** Six traps of five bits in a row, as the 30 bits of an integer. */
const TRAPS = 6;
const TRAP_BITS = 5;
export const BITS = TRAPS * TRAP_BITS;
/** Of all ones. */
export const OPTIMUM = TRAPS * TRAP_BITS;

/** Fully deceptive: a trap's score grows with its zeros, to 4, but all ones score 5. */
function trap(ones: number): number {
  return ones === TRAP_BITS ? TRAP_BITS : TRAP_BITS - 1 - ones;
}

export function scoreOf(bits: number): number {
  let score = 0;
  for (let first = 0; first < BITS; first += TRAP_BITS) {
    let ones = 0;
    for (let bit = first; bit < first + TRAP_BITS; bit++) ones += (bits >>> bit) & 1;
    score += trap(ones);
  }
  return score;
}

/** Counts evaluations, wherever they happen, and remembers which was the first to find the optimum. */
export class Evaluator {
  evaluations = 0;
  solvedAt: number | undefined;

  evaluate(bits: number): number {
    this.evaluations++;
    const score = scoreOf(bits);
    if (score === OPTIMUM) this.solvedAt ??= this.evaluations;
    return score;
  }
}
