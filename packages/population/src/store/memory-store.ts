import type { Change, PopulationStore } from './store.ts';

const TABLES = ['population', 'member', 'fitness', 'birth', 'pin', 'orphan'] as const;

/** Outlasts nothing but the registry over it. */
export class MemoryStore implements PopulationStore {
  readonly #tables = new Map<Change['table'], Map<string, Change>>(TABLES.map((name) => [name, new Map()]));

  // oxlint-disable-next-line typescript/require-await
  async *load(): AsyncGenerator<Change, void, void> {
    for (const table of this.#tables.values()) yield* table.values();
  }

  // oxlint-disable-next-line typescript/require-await
  async commit(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      const table = this.#tables.get(change.table)!;
      const key = 'population' in change ? `${change.population} ${change.id}` : change.id;
      if (change.row) table.set(key, change);
      else table.delete(key);
    }
  }
}
