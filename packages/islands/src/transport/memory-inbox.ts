import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '@petri/core';
import { retryAfterMs } from './retry.ts';
import type { InboxBounds, InboxState, Outgoing, Receipt, Receiver, Subscription } from './transport.ts';

type Held = Outgoing & { sequence: number; storedAt: number; attempts: number };

/** A bounded queue that remembers ids for as long as it would hold a message. */
export class MemoryInbox {
  readonly #clock: Clock;
  readonly #held = new Map<number, Held>();
  readonly #ids = new Map<string, { sequence: number; storedAt: number }>();
  #bounds: InboxBounds;
  #last = 0;
  /** Of all messages held. */
  #bytes = 0;
  /** Pushed out since a receiver was last told. */
  #dropped = 0;
  /** Delivered and not yet settled: may be pushed out, but isn't lost by that. */
  readonly #delivering = new Set<number>();
  #wake = Promise.withResolvers<void>();

  constructor(bounds: InboxBounds, clock: Clock) {
    this.#bounds = bounds;
    this.#clock = clock;
  }

  bound(bounds: InboxBounds): void {
    this.#bounds = bounds;
    this.#trim();
  }

  store({ id, sender, bytes }: Outgoing): Receipt {
    this.#trim();
    const known = this.#ids.get(id);
    if (known) return { sequence: known.sequence, duplicate: true };
    const [sequence, storedAt] = [++this.#last, this.#clock.monotonic()];
    this.#ids.set(id, { sequence, storedAt });
    this.#held.set(sequence, { id, sender, bytes: bytes.slice(), sequence, storedAt, attempts: 0 });
    this.#bytes += bytes.byteLength;
    this.#trim();
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
    return { sequence, duplicate: false };
  }

  state(): InboxState {
    this.#trim();
    const [first = this.#last + 1] = this.#held.keys();
    return { first, last: this.#last, held: this.#held.size };
  }

  receive(receiver: Receiver): Subscription {
    const ending = new AbortController();
    const done = this.#deliverAll(receiver, ending.signal);
    return {
      close: () => {
        ending.abort();
        return done;
      },
    };
  }

  async #deliverAll(receiver: Receiver, signal: AbortSignal): Promise<void> {
    const ended = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => ended.resolve());
    while (!signal.aborted) {
      this.#trim();
      if (this.#dropped > 0) receiver.dropped(this.#dropped);
      this.#dropped = 0;
      const next = [...this.#held.values()].find(({ sequence }) => !this.#delivering.has(sequence));
      if (next) await this.#deliver(receiver, next, signal);
      else await Promise.race([this.#wake.promise, ended.promise]);
    }
  }

  async #deliver(receiver: Receiver, message: Held, signal: AbortSignal): Promise<void> {
    const { id, sender, bytes, sequence, storedAt } = message;
    this.#delivering.add(sequence);
    try {
      const [attempt, ageMs] = [++message.attempts, this.#clock.monotonic() - storedAt];
      await receiver.deliver({ id, sender, bytes: bytes.slice(), sequence, attempt, ageMs, signal });
      this.#remove(sequence);
    } catch (thrown) {
      if (!signal.aborted) receiver.failed(thrown);
      await pause(retryAfterMs(message.attempts), undefined, { signal }).catch(() => undefined);
      if (!this.#held.has(sequence)) this.#dropped++;
    } finally {
      this.#delivering.delete(sequence);
    }
  }

  #trim(): void {
    const oldest = this.#clock.monotonic() - this.#bounds.ttlMs;
    for (const [id, { storedAt }] of this.#ids) {
      if (storedAt > oldest) break;
      this.#ids.delete(id);
    }
    for (const { sequence, storedAt } of this.#held.values()) {
      if (storedAt > oldest) break;
      this.#drop(sequence);
    }
    const bySender = Map.groupBy(this.#held.values(), ({ sender }) => sender);
    for (const messages of bySender.values()) {
      const surplus = Math.max(0, messages.length - this.#bounds.perSender);
      for (const { sequence } of messages.slice(0, surplus)) this.#drop(sequence);
    }
    for (const sequence of this.#held.keys()) {
      if (this.#held.size <= this.#bounds.messages && this.#bytes <= this.#bounds.bytes) break;
      this.#drop(sequence);
    }
  }

  #remove(sequence: number): void {
    this.#bytes -= this.#held.get(sequence)?.bytes.byteLength ?? 0;
    this.#held.delete(sequence);
  }

  #drop(sequence: number): void {
    this.#remove(sequence);
    if (!this.#delivering.has(sequence)) this.#dropped++;
  }
}
