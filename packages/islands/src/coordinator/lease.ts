import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { type Lease, LeaseSchema } from '@petri/contracts/v1';
import type { Clock } from '@petri/core';
import type { Documents } from '../transport/transport.ts';

export type LeaseOptions = {
  documents: Documents;
  key: string;
  /** Unique among all who want the lease, also over restarts. */
  holder: string;
  /** Id that people know the holder by. */
  leader: string;
  /** In milliseconds. */
  durationMs: number;
  clock: Clock;
};

/** The part of its duration after which a holder no longer trusts a lease that it could not renew. */
const TRUSTED = 0.8;

/**
 * One of many who want a lease. No two clocks are compared: a holder counts from before it renews, the others from after
 * they saw that, each by a clock of its own that only has to run at about the same speed.
 */
export class LeaseSeeker {
  readonly #options: LeaseOptions;
  #seen: { revision: number; at: number; lease: Lease } | undefined;
  #renewedAt = -Infinity;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  get leading(): boolean {
    const { clock, durationMs } = this.#options;
    return clock.monotonic() < this.#renewedAt + durationMs * TRUSTED;
  }

  /** As it was seen last; empty if nobody held it. */
  get holder(): string {
    return this.#seen?.lease.holder ?? '';
  }

  /** Renews the lease, takes it if it is free, or looks whether it is. Call it several times in its duration. */
  async seek(): Promise<boolean> {
    const { documents, key, holder, leader, durationMs, clock } = this.#options;
    const before = clock.monotonic();
    const found = await documents.get(key);
    const lease = found && fromBinary(LeaseSchema, found.bytes);
    if (lease && found.revision !== this.#seen?.revision) {
      this.#seen = { revision: found.revision, at: clock.monotonic(), lease };
    }
    const mine = lease?.holder === holder;
    const free = !lease || lease.holder === '' || before - (this.#seen?.at ?? before) >= durationMs;
    if (!mine && !free) return false;
    const term = mine ? lease.term : (lease?.term ?? 0n) + 1n;
    await this.#write(
      create(LeaseSchema, {
        holder,
        leader,
        term,
        renewal: mine ? lease.renewal + 1n : 0n,
        duration: durationFromMs(durationMs),
      }),
      found?.revision ?? 0,
      before,
    );
    return this.leading;
  }

  /** Lets the next have it at once. */
  async release(): Promise<void> {
    const seen = this.#seen;
    this.#renewedAt = -Infinity;
    if (!seen || seen.lease.holder !== this.#options.holder) return;
    const { documents, key } = this.#options;
    await documents.put(key, toBinary(LeaseSchema, { ...seen.lease, holder: '', leader: '' }), seen.revision);
  }

  async #write(lease: Lease, expected: number, before: number): Promise<void> {
    const { documents, key, clock } = this.#options;
    const revision = await documents.put(key, toBinary(LeaseSchema, lease), expected);
    if (revision === undefined) return;
    this.#seen = { revision, at: clock.monotonic(), lease };
    this.#renewedAt = before;
  }
}
