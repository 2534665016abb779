const KEPT = 20;

/** What the load was answered. */
export class Tally {
  items = 0;
  killers = 0;
  /** Answers that were not right, and items that were not answered. */
  wrong = 0;
  lost = 0;
  /** The first of them, in words. */
  readonly examples: string[] = [];
  readonly outcomes: Record<string, number> = {};
  #latencies: number[] = [];

  /** One answer; `told` says what it was if it is wrong. */
  answered(right: boolean, told: () => string): void {
    this.items++;
    if (right) return;
    this.wrong++;
    this.#keep(`wrong: ${told()}`);
  }

  /** A killer's end. */
  killed(outcome: string, contained: boolean, told: () => string): void {
    this.killers++;
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    this.answered(contained, told);
  }

  lose(count: number, why: string): void {
    if (count === 0) return;
    this.lost += count;
    this.#keep(`lost: ${count}, ${why}`);
  }

  /** A single run's time from call to answer, in milliseconds. */
  took(ms: number): void {
    this.#latencies.push(ms);
  }

  /** The times since it was last asked, in ascending order. */
  latencies(): number[] {
    const taken = this.#latencies.sort((a, b) => a - b);
    this.#latencies = [];
    return taken;
  }

  #keep(example: string): void {
    if (this.examples.length === KEPT) return;
    this.examples.push(`${new Date().toISOString()} ${example}`);
    console.error(example);
  }
}
