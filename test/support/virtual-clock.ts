import type { Clock } from '@petri/core';

/** Time that passes when it is told to. */
export class VirtualClock implements Clock {
  #ms = 0;
  readonly now = (): number => this.#ms;
  readonly monotonic = (): number => this.#ms;

  pass(ms: number): void {
    this.#ms += ms;
  }
}
