import type { Lane } from './lane.ts';

/**
 * Where a sandbox's isolate is. Only a cache is there: forgetting a residence loses nothing but the time to rebuild.
 */
export class Residence {
  static #lastKey = 0;

  readonly sandboxId: string;
  /** Whose it is. */
  readonly tenant: string;
  /** Has a worker process to itself. */
  readonly alone: boolean;
  lane: Lane | undefined;
  /** Names the build on the lane; never used for another. */
  key = 0;
  /** Its jobs are not to run any more. */
  stopped = false;
  /** The sandbox has no more use for it. */
  released = false;
  /** Whether the lane has been sent what to build. */
  planned = false;
  /** Jobs sent to a worker and not answered. */
  inFlight = 0;

  constructor({ id, tenant }: { id: string; tenant: string }, alone: boolean) {
    this.sandboxId = id;
    this.tenant = tenant;
    this.alone = alone;
  }

  settle(lane: Lane): void {
    if (this.lane === lane) return;
    this.forget();
    this.lane = lane;
    this.key = ++Residence.#lastKey;
    lane.residences.set(this.key, this);
  }

  /** The next job builds anew, perhaps elsewhere; the lane is told to drop what it holds. */
  forget(): void {
    this.lane?.notify({ kind: 'drop', key: this.key });
    this.gone();
  }

  /** The lane holds it no more. */
  gone(): void {
    this.lane?.residences.delete(this.key);
    this.lane = undefined;
    this.planned = false;
  }
}
