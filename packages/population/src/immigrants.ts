import { type Clock, invalid, type Violation } from '@petri/core';
import type { PopulationEvents } from './events.ts';
import { entryViolations, type FitnessEntry, fitnessOf } from './fitness-book.ts';
import type { IndividualSandboxes } from './individuals.ts';
import type { Ledger } from './ledger.ts';
import { admit } from './lineage/admission.ts';
import { birthViolations } from './lineage/lineage-book.ts';
import { born, joining, leaving } from './members.ts';
import { EVERYTHING, requirePopulation } from './scope.ts';
import type { PopulationState } from './state.ts';
import type { Change } from './store/store.ts';
import type { Birth } from './types.ts';

/** An individual that was born elsewhere. */
export type Immigrant = {
  id: string;
  genomeSha256: string;
  birth: Pick<Birth, 'parents' | 'mutationType' | 'island'>;
  /** Those that it comes from, as far as they are known; recorded unless they are already. */
  ancestry: readonly Omit<Birth, 'sequence' | 'population'>[];
  fitness: Omit<FitnessEntry, 'id' | 'generation'>;
  /** Member whose place it takes. */
  givesWay: string | undefined;
};

type Collaborators = {
  ledger: Ledger;
  clock: Clock;
  events: PopulationEvents;
  sandboxes: IndividualSandboxes;
};

/** Individuals from other islands, that join a population with all that is known of them, or not at all. */
export class Immigrants {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #events: PopulationEvents;
  readonly #sandboxes: IndividualSandboxes;

  constructor({ ledger, clock, events, sandboxes }: Collaborators) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#events = events;
    this.#sandboxes = sandboxes;
  }

  /**
   * In one change: it is born, joins with its fitness, and whoever gives way leaves. The same again changes nothing.
   *
   * @returns who left, if nobody wants it any more: it is in no other population, and not pinned.
   * @throws PetriError `not_found` for the population; `invalid_argument` for what cannot be recorded of it.
   */
  async admit(population: string, immigrant: Immigrant): Promise<string | undefined> {
    const target = requirePopulation(this.#ledger, EVERYTHING, population);
    const { id, givesWay } = immigrant;
    if (target.fitness.has(id)) {
      // Acknowledged only if memory is not ahead of the store.
      await this.#ledger.commit([]);
      return undefined;
    }
    refuse(immigrant, target);
    const nowMs = this.#clock.now();
    const { generation, tenant } = target.population;
    const { state } = this.#ledger;
    const fitness = fitnessOf({ ...immigrant.fitness, id }, generation, nowMs, state.fitnessSequence + 1);
    const isNew = !target.members.has(id);
    const leaver = isNew && givesWay !== undefined && target.members.has(givesWay) ? givesWay : undefined;
    await this.#ledger.commit([
      ...(isNew ? this.#joining(target, immigrant, leaver, nowMs) : []),
      { table: 'fitness', population, id, row: fitness },
      { table: 'population', id: population, row: { ...target.population, updatedAtMs: nowMs } },
    ]);
    this.#events.fitnessRecorded(target.population, fitness);
    const { memberships, pins } = this.#ledger.state.of(tenant);
    return leaver !== undefined && !memberships.has(leaver) && !pins.has(leaver) ? leaver : undefined;
  }

  #joining(
    target: PopulationState,
    { id, genomeSha256, birth, ancestry }: Immigrant,
    leaver: string | undefined,
    nowMs: number,
  ): Change[] {
    const { state } = this.#ledger;
    const { id: population, generation, tenant } = target.population;
    const { graph } = state.of(tenant);
    const left = leaver === undefined ? [] : [leaver];
    const size = target.members.size - left.length;
    const at = { generation, size, nowMs, field: 'immigrants', allowForeignParents: true };
    const births = [
      ...ancestry.map((ancestor) => ({ ...ancestor, population: '' })),
      { ...birth, id, genomeSha256, population, generation, bornAtMs: nowMs },
    ].filter((each) => graph.birthOf(each.id) === undefined);
    const admitted = admit(graph, births, {
      allowForeignParents: true,
      nameOf: (index) => `ancestry[${index}]`,
      recorded: state.births,
    });
    return [
      ...leaving(target, left, this.#sandboxes),
      ...joining(state, target, [{ id, genomeSha256 }], at, {
        scope: EVERYTHING,
        sandboxes: this.#sandboxes,
      }),
      ...born(state, tenant, admitted),
    ];
  }
}

function refuse({ id, birth, ancestry, fitness }: Immigrant, { population }: PopulationState): void {
  const violations: Violation[] = [
    ...birthViolations({ ...birth, id }, 'birth'),
    ...ancestry.flatMap((ancestor, index) => birthViolations(ancestor, `ancestry[${index}]`)),
    ...entryViolations({ ...fitness, id }, 'fitness', population.generation),
  ];
  if (violations.length > 0) throw invalid(violations);
}
