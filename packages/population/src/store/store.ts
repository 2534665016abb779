import type { Birth, Fitness, Member, Orphan, Pin, Population, Restore } from '../types.ts';

/** One row that is put, or deleted if it has none. */
export type Change =
  | { table: 'population'; id: string; row?: Population }
  | { table: 'member'; population: string; id: string; row?: Member }
  | { table: 'fitness'; population: string; id: string; row?: Fitness }
  | { table: 'birth'; tenant: string; id: string; row: Birth }
  | { table: 'pin'; tenant: string; id: string; row?: Pin }
  | { table: 'orphan'; tenant: string; id: string; row?: Orphan }
  | { table: 'restore'; id: string; row?: Restore };

/** What tells a row from all others of its table. */
export function keysOf(change: Change): string[] {
  if (change.table === 'population' || change.table === 'restore') return [change.id];
  return ['tenant' in change ? change.tenant : change.population, change.id];
}

/** What has to outlast the process. Everything is read at the start, and answered from memory from then on. */
export interface PopulationStore {
  /** Every row, as the change that puts it: populations before what belongs to them, births in their sequence. */
  load(): AsyncIterable<Change>;
  /**
   * Puts all changes into effect, or none; resolves when they outlast the process. Changes take effect in the order of
   * the calls, and when one call is rejected, so are all that were made before that was known.
   */
  commit(changes: readonly Change[]): Promise<void>;
}
