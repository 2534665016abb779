import { type Clock, invalid, resourceExhausted } from '@petri/core';
import type { Ledger } from './ledger.ts';
import { type Boundary, refuseForeign, requireDistinct } from './members.ts';
import { pageOfIds, type PageQuery } from './pages.ts';
import { mayUse } from './scope.ts';
import type { TenantState } from './state.ts';
import type { Change } from './store/store.ts';
import type { Pin } from './types.ts';

/** What is pinned is never collected: a limit to what can be kept so. */
export const MAX_PINS = 100_000;
export const MAX_REASON = 256;

export type PinInfo = Pin & { tenant: string };

export type PinPage = { pins: PinInfo[]; nextPageToken: string; totalSize: number };

type Collaborators = Boundary & { ledger: Ledger; clock: Clock };

/** Sandboxes that are never collected. One may be pinned before it is there. A tenant's pins hold its own sandboxes. */
export class Pins {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #boundary: Boundary;

  constructor({ ledger, clock, ...boundary }: Collaborators) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#boundary = boundary;
  }

  /**
   * Pins them, or gives those that are pinned another reason. Whoever sees all sandboxes pins each for its tenant.
   *
   * @throws PetriError `resource_exhausted`; `not_found` for another tenant's sandbox
   */
  async pin(ids: readonly string[], reason: string): Promise<void> {
    requireDistinct(ids, 'ids');
    if (reason.length > MAX_REASON)
      throw invalid([
        { field: 'reason', description: `must have at most ${MAX_REASON} characters, has ${reason.length}` },
      ]);
    const { scope, sandboxes } = this.#boundary;
    if (!scope.all) refuseForeign(this.#boundary, scope.tenant, ids, 'ids');
    const { state } = this.#ledger;
    const pinnedAtMs = this.#clock.now();
    const changes = ids.map((id) => ({
      table: 'pin' as const,
      tenant: sandboxes.tenantOf(id) ?? scope.tenant,
      id,
      row: { id, reason, pinnedAtMs },
    }));
    if (state.pins + changes.filter(({ tenant, id }) => !state.of(tenant).pins.has(id)).length > MAX_PINS)
      throw resourceExhausted('TOO_MANY_PINS', `at most ${MAX_PINS} sandboxes of the node are pinned`);
    await this.#ledger.commit(changes);
  }

  /** Those that are not pinned are ignored. */
  async unpin(ids: readonly string[]): Promise<void> {
    const distinct = [...new Set(ids)];
    const changes = this.#visible().flatMap(([tenant, { pins }]) =>
      distinct.filter((id) => pins.has(id)).map((id): Change => ({ table: 'pin', tenant, id })),
    );
    await this.#ledger.commit(changes);
  }

  /** In order of their ids, and of tenants that have pinned the same one. */
  list(query: PageQuery): PinPage {
    const all = new Map<string, PinInfo>();
    for (const [tenant, { pins }] of this.#visible())
      // No id holds a blank, which sorts before all that one may hold.
      for (const pin of pins.values()) all.set(`${pin.id} ${tenant}`, { ...pin, tenant });
    const { ids: keys, nextPageToken } = pageOfIds([...all.keys()].sort(), query);
    return { pins: keys.map((key) => all.get(key)!), nextPageToken, totalSize: all.size };
  }

  #visible(): [tenant: string, TenantState][] {
    const { scope } = this.#boundary;
    return [...this.#ledger.state.tenants].filter(([tenant]) => mayUse(scope, tenant));
  }
}
