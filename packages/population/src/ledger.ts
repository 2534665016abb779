import { unavailable } from '@petri/core';
import { State } from './state.ts';
import type { Change, PopulationStore } from './store/store.ts';

/**
 * The state, and the only way to change it. A change is in effect at once, so that calls follow one another in one
 * order, and is acknowledged when it outlasts the process.
 */
export class Ledger {
  readonly state = new State();
  readonly #store: PopulationStore;
  #failure: { thrown: unknown } | undefined;

  constructor(store: PopulationStore) {
    this.#store = store;
    for (const change of store.load()) this.state.apply(change);
  }

  /**
   * @throws PetriError `unavailable`, reason STORAGE_FAILED, once the store has refused anything: memory is ahead of it
   * from then on, and nothing more is acknowledged until the node is started again.
   */
  async commit(changes: readonly Change[]): Promise<void> {
    if (this.#failure) throw storageFailed(this.#failure.thrown);
    if (changes.length === 0) return;
    for (const change of changes) this.state.apply(change);
    try {
      await this.#store.commit(changes);
    } catch (thrown) {
      this.#failure ??= { thrown };
      throw storageFailed(thrown);
    }
  }
}

function storageFailed(cause: unknown) {
  return unavailable('STORAGE_FAILED', 'what is recorded can no longer be stored: start the node again', {
    cause,
  });
}
