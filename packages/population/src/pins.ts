import { type Clock, invalid, resourceExhausted } from '@petri/core';
import type { Ledger } from './ledger.ts';
import { requireDistinct } from './members.ts';
import { pageOfIds, type PageQuery } from './pages.ts';
import type { Change } from './store/store.ts';
import type { Pin } from './types.ts';

/** What is pinned is never collected: a limit to what can be kept so. */
const MAX_PINS = 100_000;
const MAX_REASON = 256;

export type PinPage = { pins: Pin[]; nextPageToken: string; totalSize: number };

/** Sandboxes that are never collected. One may be pinned before it is there. */
export class Pins {
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor({ ledger, clock }: { ledger: Ledger; clock: Clock }) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Pins them, or gives those that are pinned another reason. @throws PetriError `resource_exhausted` */
  async pin(ids: readonly string[], reason: string): Promise<void> {
    requireDistinct(ids, 'ids');
    if (reason.length > MAX_REASON)
      throw invalid([
        { field: 'reason', description: `must have at most ${MAX_REASON} characters, has ${reason.length}` },
      ]);
    const { pins } = this.#ledger.state;
    if (pins.size + ids.filter((id) => !pins.has(id)).length > MAX_PINS)
      throw resourceExhausted('TOO_MANY_PINS', `at most ${MAX_PINS} sandboxes are pinned`);
    const pinnedAtMs = this.#clock.now();
    await this.#ledger.commit(
      ids.map((id): Change => ({ table: 'pin', id, row: { id, reason, pinnedAtMs } })),
    );
  }

  /** Those that are not pinned are ignored. */
  async unpin(ids: readonly string[]): Promise<void> {
    const { pins } = this.#ledger.state;
    const pinned = [...new Set(ids)].filter((id) => pins.has(id));
    await this.#ledger.commit(pinned.map((id): Change => ({ table: 'pin', id })));
  }

  /** In order of their ids. */
  list(query: PageQuery): PinPage {
    const { pins } = this.#ledger.state;
    const { ids, nextPageToken } = pageOfIds([...pins.keys()].sort(), query);
    return { pins: ids.map((id) => pins.get(id)!), nextPageToken, totalSize: pins.size };
  }
}
