import { EventKind } from '@petri/contracts/v1';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchNode } from '../support/node.ts';

/** Nothing that is measured takes nearly as long. */
const LATE_MS = 60_000;

/** `at` is when the driver heard of it, by its own monotonic clock in milliseconds: the one clock of all figures. */
export type Admission = { migration: string; from: string; to: string; at: number };

/** Migrants that a node lets in, as it tells of them. */
export class Admissions implements AsyncDisposable {
  readonly #ending = new AbortController();
  readonly #all: Admission[] = [];
  #next = Promise.withResolvers<void>();
  #watching: Promise<void> = Promise.resolve();

  /** From now on. */
  static async at(node: BenchNode): Promise<Admissions> {
    const admissions = new Admissions();
    const watching = Promise.withResolvers<void>();
    admissions.#watching = admissions.#watch(node, watching.resolve);
    admissions.#watching.catch(watching.reject);
    await watching.promise;
    return admissions;
  }

  /** When the last of the first `count` came that match. */
  async wait(matches: (admission: Admission) => boolean, count = 1): Promise<number> {
    const waited = new AbortController();
    const late = pause(LATE_MS, undefined, { signal: waited.signal }).then(() => {
      throw new Error(`not ${count} admissions within ${LATE_MS / 1000} s`);
    });
    late.catch(() => undefined); // rejects, too, when it is no longer waited for
    try {
      for (;;) {
        const found = this.#all.filter(matches);
        if (found.length >= count) return found[count - 1]!.at;
        await Promise.race([this.#next.promise, this.#watching, late]);
      }
    } finally {
      waited.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#watching.catch(() => undefined);
  }

  async #watch({ events }: BenchNode, watching: () => void): Promise<void> {
    const kinds = [EventKind.ISLAND_MIGRATION_ADMITTED];
    for await (const response of events.watchEvents({ kinds }, { signal: this.#ending.signal })) {
      watching();
      const at = performance.now();
      for (const { attributes } of response.events) {
        const named = (name: string) => attributes[`petri.migration.${name}`] ?? '';
        this.#all.push({ migration: named('id'), from: named('from'), to: named('to'), at });
      }
      this.#next.resolve();
      this.#next = Promise.withResolvers();
    }
    if (!this.#ending.signal.aborted) throw new Error('the node ended its stream of events');
  }
}
