import { unavailable } from '@petri/core';
import { State } from './state.ts';
import type { Change, PopulationStore } from './store/store.ts';

/**
 * The state, and the only way to change it. A change is in effect at once, so that calls follow one another in one
 * order, and is acknowledged when it outlasts the process. Should the store refuse one, memory is ahead of it, and is
 * read anew before anything else is changed.
 */
export class Ledger {
  readonly #store: PopulationStore;
  #state = new State();
  /** Memory is ahead of the store. */
  #isAhead = false;
  #isReading = false;
  /** The last change that was handed to the store: when it is kept, so are all before it. */
  #newest: Promise<void> = Promise.resolve();

  private constructor(store: PopulationStore) {
    this.#store = store;
  }

  /** Reads all that the store has. */
  static async open(store: PopulationStore): Promise<Ledger> {
    const ledger = new Ledger(store);
    await ledger.#read();
    return ledger;
  }

  get state(): State {
    return this.#state;
  }

  /**
   * Without changes it waits for those that others made: what left nothing to change may be on its way to the store.
   *
   * @throws PetriError what the store throws; `unavailable`, reason STORAGE_FAILED, until it was read anew
   */
  async commit(changes: readonly Change[]): Promise<void> {
    if (this.#isAhead) {
      this.#recover();
      throw unavailable('STORAGE_FAILED', 'a change could not be stored; what is stored is being read anew', {
        retryAfterMs: 1000,
      });
    }
    if (changes.length === 0) return this.#newest;
    for (const change of changes) this.#state.apply(change);
    try {
      await (this.#newest = this.#store.commit(changes));
    } catch (thrown) {
      this.#isAhead = true;
      this.#recover();
      throw thrown;
    }
  }

  /** Should it fail, the next call tries again. */
  #recover(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#read()
      .catch(() => undefined)
      .finally(() => (this.#isReading = false));
  }

  async #read(): Promise<void> {
    const state = new State();
    for await (const change of this.#store.load()) state.apply(change);
    this.#state = state;
    this.#newest = Promise.resolve();
    this.#isAhead = false;
  }
}
