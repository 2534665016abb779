import { fromBinary } from '@bufbuild/protobuf';
import { durationMs } from '@bufbuild/protobuf/wkt';
import { type Lease, LeaseSchema } from '@petri/contracts/v1';
import type { Clock } from '@petri/core';
import type { Documents } from '../transport/transport.ts';

export type LeaseWatchOptions = { documents: Documents; key: string; clock: Clock };

/** Who holds a lease, as somebody sees it who does not want it: from memory, also while nobody can be asked. */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  #seen: { revision: number; at: number; lease: Lease } | undefined;

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
  }

  /** Id of whoever leads by it; empty if nobody does, or nobody was seen to renew it for its duration. */
  get leader(): string {
    if (!this.#seen) return '';
    const { at, lease } = this.#seen;
    const ms = lease.duration ? durationMs(lease.duration) : Infinity;
    return this.#options.clock.monotonic() - at < ms ? lease.leader : '';
  }

  /** Looks for a renewal. To be called several times in the duration of the lease. */
  async look(): Promise<void> {
    const { documents, key, clock } = this.#options;
    const found = await documents.get(key);
    if (!found || found.revision === this.#seen?.revision) return;
    const { revision, bytes } = found;
    this.#seen = { revision, at: clock.monotonic(), lease: fromBinary(LeaseSchema, bytes) };
  }
}
