import { type PetriError, resourceExhausted } from '@petri/core';
import type { Holdings } from '@petri/sandbox';
import { CpuWindow } from './cpu-window.ts';
import type { Quota } from './quota.ts';

/** What is full empties at an unknown pace: long enough not to hammer, short enough not to idle. */
const RUN_RETRY_MS = 100;
/** Sandboxes come and go more slowly. */
const SANDBOX_RETRY_MS = 1_000;

/** How a quota is named in errors: `QUOTA_SANDBOXES`. */
const REASONS: Record<keyof Quota, string> = {
  sandboxes: 'QUOTA_SANDBOXES',
  runsInFlight: 'QUOTA_RUNS_IN_FLIGHT',
  cpuSecondsPerMinute: 'QUOTA_CPU',
  memoryBytes: 'QUOTA_MEMORY',
};

const WORDS: Record<keyof Quota, string> = {
  sandboxes: 'sandboxes',
  runsInFlight: 'runs in flight',
  cpuSecondsPerMinute: 'seconds of CPU time in the last minute',
  memoryBytes: 'bytes of memory limits',
};

/** What one tenant uses, against what it may. */
export class Account {
  readonly tenant: string;
  readonly #cpu = new CpuWindow();
  readonly #held: () => Readonly<Holdings> | undefined;
  readonly #now: () => number;
  quota: Quota;
  runsInFlight = 0;
  /** Times that a quota refused something. */
  refusals = 0;

  /** `held` tells what its sandboxes add up to; `now` is in milliseconds and never goes back. */
  constructor(tenant: string, quota: Quota, held: () => Readonly<Holdings> | undefined, now: () => number) {
    this.tenant = tenant;
    this.quota = quota;
    this.#held = held;
    this.#now = now;
  }

  get held(): Readonly<Holdings> {
    return this.#held() ?? { sandboxes: 0, memoryBytes: 0 };
  }

  /** CPU time within the last minute, in microseconds. */
  get cpuUs(): number {
    return this.#cpu.usedUs(this.#now());
  }

  /** CPU time is known when it is over: a tenant may pass its quota by what is in flight. */
  used(cpuUs: number): void {
    this.#cpu.add(cpuUs, this.#now());
  }

  /** @throws PetriError resource_exhausted, if so many sandboxes more, with such limits together, would be too many */
  admitSandboxes(count: number, memoryBytes: number): void {
    const { sandboxes } = this.quota;
    if (sandboxes > 0) {
      const held = this.held.sandboxes;
      if (held + count > sandboxes) throw this.#refuse('sandboxes', held, SANDBOX_RETRY_MS);
    }
    this.admitMemory(memoryBytes);
  }

  /** @throws PetriError resource_exhausted, if so much more would be too much */
  admitMemory(more: number): void {
    const { memoryBytes } = this.quota;
    if (memoryBytes === 0 || more <= 0) return;
    const held = this.held.memoryBytes;
    if (held + more > memoryBytes) throw this.#refuse('memoryBytes', held, SANDBOX_RETRY_MS);
  }

  /** A run begins, or something like it; `leave` when it is over. @throws PetriError resource_exhausted */
  enter(): void {
    const { runsInFlight, cpuSecondsPerMinute } = this.quota;
    if (runsInFlight > 0 && this.runsInFlight >= runsInFlight)
      throw this.#refuse('runsInFlight', this.runsInFlight, RUN_RETRY_MS);
    if (cpuSecondsPerMinute > 0) this.#admitCpu(cpuSecondsPerMinute);
    this.runsInFlight++;
  }

  leave(): void {
    this.runsInFlight--;
  }

  /** How many more runs may begin now. @throws PetriError resource_exhausted, if that is none */
  get headroom(): number {
    const { runsInFlight } = this.quota;
    if (runsInFlight === 0) return Number.POSITIVE_INFINITY;
    if (this.runsInFlight >= runsInFlight)
      throw this.#refuse('runsInFlight', this.runsInFlight, RUN_RETRY_MS);
    return runsInFlight - this.runsInFlight;
  }

  #admitCpu(seconds: number): void {
    const now = this.#now();
    const usedUs = this.#cpu.usedUs(now);
    if (usedUs < seconds * 1e6) return;
    const retryMs = Math.max(RUN_RETRY_MS, this.#cpu.belowInMs(seconds * 1e6, now));
    throw this.#refuse('cpuSecondsPerMinute', Math.round(usedUs / 1e6), retryMs);
  }

  #refuse(name: keyof Quota, used: number, retryAfterMs: number): PetriError {
    this.refusals++;
    const description = `has ${used} ${WORDS[name]}, its quota is ${this.quota[name]}`;
    return resourceExhausted(REASONS[name], `tenant "${this.tenant}" ${description}`, {
      retryAfterMs,
      quotas: [{ subject: `tenant:${this.tenant}`, description }],
      metadata: { tenant: this.tenant, used: String(used), quota: String(this.quota[name]) },
    });
  }
}
