import { newId } from '@petri/core';
import type { Ledger } from '../ledger.ts';
import type { Boundary } from '../members.ts';
import { requirePlaceForOne } from '../populations.ts';
import { requirePopulation } from '../scope.ts';
import type { Change } from '../store/store.ts';
import type { PopulationInfo, Restore } from '../types.ts';
import { type Checkpoint, checkpointOf } from './checkpoint.ts';
import { Conflicts } from './conflicts.ts';
import { renamed, type RestoredCounts, rowsOf } from './rows.ts';
import { requireSound } from './violations.ts';

type Collaborators = Boundary & { ledger: Ledger };

export type Restored = RestoredCounts & { population: PopulationInfo };

/** Whole populations, as they are taken away and brought back. Their sandboxes are the caller's to bring. */
export class Checkpoints {
  readonly #ledger: Ledger;
  readonly #boundary: Boundary;

  constructor({ ledger, ...boundary }: Collaborators) {
    this.#ledger = ledger;
    this.#boundary = boundary;
  }

  /** All at this moment. @throws PetriError `not_found` */
  take(id: string): Checkpoint {
    const target = requirePopulation(this.#ledger, this.#boundary.scope, id);
    return checkpointOf(target, this.#ledger.state.of(target.population.tenant));
  }

  /**
   * Begins to restore a population as `id`, of which these sandboxes are still to be made. It is there when the
   * restoration is committed; until then, its id is taken.
   *
   * @throws PetriError `invalid_argument` with all that is wrong; `already_exists`, reason CHECKPOINT_CONFLICTS, with all
   *   that is there already; `resource_exhausted`. Nothing has changed then.
   */
  async begin(
    checkpoint: Checkpoint,
    { id, sandboxes }: { id: string; sandboxes: ReadonlySet<string> },
  ): Promise<Restoration> {
    requireSound(checkpoint);
    const { scope, sandboxes: present } = this.#boundary;
    const { population } = checkpoint;
    const tenant = scope.all && population.tenant !== '' ? population.tenant : scope.tenant;
    const { state } = this.#ledger;
    const { graph, orphans } = state.of(tenant);
    const conflicts = new Conflicts();
    if (state.isTaken(id)) conflicts.add('population', id);
    for (const member of checkpoint.members) {
      const owner = present.tenantOf(member.id);
      const mayJoin = owner === undefined || (owner === tenant && !sandboxes.has(member.id));
      if (!mayJoin) conflicts.add('sandbox', member.id);
    }
    conflicts.addBirths(graph, checkpoint.births);
    conflicts.done();
    requirePlaceForOne(state);
    const restoration = new Restoration(this.#ledger, this.#boundary, renamed(checkpoint, id, tenant));
    restoration.check();
    const row = { id, token: restoration.token };
    // Orphans of these ids have lost their sandboxes: they are no reason to collect the new ones.
    const lost = [...sandboxes].filter((each) => orphans.has(each));
    await this.#ledger.commit([
      { table: 'restore', id, row },
      ...lost.map((each): Change => ({ table: 'orphan', tenant, id: each })),
    ]);
    return restoration;
  }
}

/** A restore that is under way. Either of its ends is to be reached once. */
export class Restoration {
  readonly #ledger: Ledger;
  readonly #boundary: Boundary;
  readonly #checkpoint: Checkpoint;
  /** For the sandboxes that are made. */
  readonly token = newId('restore');

  constructor(ledger: Ledger, boundary: Boundary, checkpoint: Checkpoint) {
    this.#ledger = ledger;
    this.#boundary = boundary;
    this.#checkpoint = checkpoint;
  }

  /** Whose it all will be. */
  get tenant(): string {
    return this.#checkpoint.population.tenant;
  }

  /** @throws PetriError if it could not be committed as things are. */
  check(): void {
    this.#rows();
  }

  /** The population is there, as a whole, when this resolves; if it rejects, nothing has changed. */
  async commit(): Promise<Restored> {
    const { population, members } = this.#checkpoint;
    const { changes, counts } = this.#rows();
    await this.#ledger.commit([...changes, { table: 'restore', id: population.id }]);
    return { population: { ...population, size: members.length }, ...counts };
  }

  /** When what was made for it is gone. */
  abandon(): Promise<void> {
    return abandon(this.#ledger, this.#checkpoint.population.id);
  }

  /** Anew each time, as others go on recording. */
  #rows() {
    const { state } = this.#ledger;
    const { population, births } = this.#checkpoint;
    const { tenant } = population;
    const conflicts = new Conflicts();
    conflicts.addBirths(state.of(tenant).graph, births);
    conflicts.done();
    return rowsOf(state, this.#checkpoint, (id) => this.#boundary.sandboxes.tenantOf(id) === tenant);
  }
}

/** Restores that are under way, or were when the node ended. */
export function unfinished({ state }: Ledger): Restore[] {
  return [...state.restores.values()];
}

export function abandon(ledger: Ledger, id: string): Promise<void> {
  return ledger.commit([{ table: 'restore', id }]);
}
