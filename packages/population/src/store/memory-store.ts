import { type Change, keysOf, type PopulationStore } from './store.ts';

const TABLES = ['population', 'member', 'fitness', 'birth', 'pin', 'orphan', 'restore'] as const;

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
      const key = JSON.stringify(keysOf(change));
      if (change.row) table.set(key, change);
      else table.delete(key);
    }
  }
}
