import { notFound, type PetriError } from '@petri/core';
import type { Ledger } from './ledger.ts';
import type { PopulationState } from './state.ts';

/** On whose behalf something is asked or changed. */
export type Scope = {
  /** Whose it is what is made. */
  tenant: string;
  /** Whether what other tenants have is there, too. */
  all: boolean;
  /** Told of each error that says something is not there because it is another tenant's; must not throw. */
  onForeign: (error: PetriError) => void;
};

/** The node itself, and programs that tell no tenants apart. */
export const EVERYTHING: Scope = { tenant: '', all: true, onForeign: () => undefined };

/** What is said of what another tenant has: word for word as of what is not there. */
export function foreign({ onForeign }: Scope, type: string, id: string): PetriError {
  const error = notFound(type, id);
  onForeign(error);
  return error;
}

export function mayUse({ tenant, all }: Scope, owner: string): boolean {
  return all || tenant === owner;
}

/** @throws PetriError `not_found` */
export function requirePopulation(ledger: Ledger, scope: Scope, id: string): PopulationState {
  const found = ledger.state.populations.get(id);
  if (found === undefined) throw notFound('population', id);
  if (!mayUse(scope, found.population.tenant)) throw foreign(scope, 'population', id);
  return found;
}
