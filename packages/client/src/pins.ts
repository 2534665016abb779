import type { Bounds, CallOptions } from './options.ts';
import type { PopulationClient } from './checkpoints.ts';
import { dateOf } from './time.ts';

export type Pin = { id: string; tenant: string; reason: string; pinnedAt: Date };

/** Sandboxes that are never collected as garbage. */
export class Pins {
  readonly #client: PopulationClient;
  readonly #bounds: Bounds;

  constructor(client: PopulationClient, bounds: Bounds) {
    this.#client = client;
    this.#bounds = bounds;
  }

  /** At most 10,000 at once. One may be pinned before it is created. */
  async add(ids: readonly string[], options: CallOptions & { reason?: string } = {}): Promise<void> {
    const { reason = '' } = options;
    await this.#client.pinSandboxes({ ids: [...ids], reason }, this.#bounds(options));
  }

  /** Those that are not pinned are ignored. */
  async remove(ids: readonly string[], options?: CallOptions): Promise<void> {
    await this.#client.unpinSandboxes({ ids: [...ids] }, this.#bounds(options));
  }

  /** In order of their ids; pages are fetched as they are reached. */
  async *list(options: CallOptions & { pageSize?: number } = {}): AsyncGenerator<Pin, void, void> {
    const { pageSize = 0 } = options;
    for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
      const page = await this.#client.listPins({ pageSize, pageToken }, this.#bounds(options));
      for (const { id, tenant, reason, pinnedAt } of page.pins)
        yield { id, tenant, reason, pinnedAt: dateOf(pinnedAt) };
      pageToken = page.nextPageToken || undefined;
    }
  }
}
