import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BatchSummarySchema } from '@petri/contracts/v1';
import type { Clock } from '@petri/core';
import type { Outcome, Receipt } from '@petri/sandbox';
import { outcomeCounts } from './mapping/enums.ts';
import { uint32, uint64 } from './mapping/numbers.ts';

/** Adds up what became of the items of one batch. */
export class Tally {
  readonly #clock: Clock;
  readonly #total: number;
  readonly #startedAt: number;
  readonly #outcomes: Partial<Record<Outcome, number>> = {};
  #errors = 0;
  #workersLost = 0;
  #cpuUs = 0;

  constructor(clock: Clock, total: number) {
    this.#clock = clock;
    this.#total = total;
    this.#startedAt = clock.monotonic();
  }

  outcome(outcome: Outcome, { workerLost, cpuUs }: Receipt): void {
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    if (workerLost) this.#workersLost++;
    this.#cpuUs += cpuUs;
  }

  error(): void {
    this.#errors++;
  }

  get troubles(): { errors: number; workersLost: number } {
    return { errors: this.#errors, workersLost: this.#workersLost };
  }

  summary(): MessageInitShape<typeof BatchSummarySchema> {
    return {
      total: this.#total,
      outcomes: outcomeCounts(this.#outcomes),
      errors: this.#errors,
      workersLost: uint32(this.#workersLost),
      wallUs: uint64((this.#clock.monotonic() - this.#startedAt) * 1000),
      cpuUs: uint64(this.#cpuUs),
    };
  }
}
