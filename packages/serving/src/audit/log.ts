import type { Clock, PetriError } from '@petri/core';
import { type AuditEntry, type Caller, lineOf } from './entry.ts';

/** Where lines go. */
export type AuditSink = {
  /** Never throws, never waits. */
  write(line: string): void;
  readonly written: number;
  readonly lost: number;
  /** The last line could not be written. */
  readonly losing: boolean;
  reopen(): Promise<void>;
  close(): Promise<void>;
};

/** A stranger costs us nothing but a line each time it is turned away: no more of those in a second. */
const MAX_STRANGERS = 100;
const SECOND_MS = 1_000;

/** Says who did what. Without a sink, nothing is said. */
export class AuditLog {
  readonly #sink: AuditSink | undefined;
  readonly #clock: Clock;
  #strangersSince = 0;
  #strangers = 0;
  #lostSaid = 0;
  /** What was refused is said once, where it was first seen. */
  readonly #said = new WeakSet<PetriError>();

  constructor(sink: AuditSink | undefined, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  get status(): { enabled: boolean; written: number; lost: number } {
    const { written = 0, lost = 0 } = this.#sink ?? {};
    return { enabled: this.#sink !== undefined, written, lost };
  }

  record(entry: AuditEntry): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    const now = this.#clock.now();
    const { lost, losing } = sink;
    if (lost > this.#lostSaid && !losing) {
      sink.write(lineOf({ event: 'audit.lost', count: lost - this.#lostSaid }, now));
      this.#lostSaid = lost;
    }
    sink.write(lineOf(entry, now));
  }

  /** A caller that was not let in. */
  refused(caller: Caller, rpc: string, error: PetriError, more: Partial<AuditEntry> = {}): void {
    if (this.#said.has(error) || (caller.identity === undefined && this.#tooMany())) return;
    this.#said.add(error);
    const { reason, message } = error;
    this.record({ event: 'refused', caller, rpc, result: resultOf(error), reason, message, ...more });
  }

  /** After the file was moved away. */
  async reopen(): Promise<void> {
    await this.#sink?.reopen();
    this.record({ event: 'audit.reopened' });
  }

  async close(): Promise<void> {
    this.#sayStrangers();
    await this.#sink?.close();
  }

  #tooMany(): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#strangersSince >= SECOND_MS) {
      this.#sayStrangers();
      this.#strangersSince = now;
    }
    return ++this.#strangers > MAX_STRANGERS;
  }

  #sayStrangers(): void {
    const count = this.#strangers - MAX_STRANGERS;
    this.#strangers = 0;
    if (count > 0) this.record({ event: 'refused.more', count });
  }
}

export function resultOf({ code }: Pick<PetriError, 'code'>): string {
  return code.toUpperCase();
}
