import { PetriError } from '@petri/core';
import { sameBirth } from '../lineage/admission.ts';
import type { Graph } from '../lineage/graph.ts';
import type { Checkpoint } from './checkpoint.ts';

/** What a restore would have to overwrite. */
export class Conflicts {
  readonly #taken: [type: 'population' | 'sandbox' | 'lineage', id: string][] = [];

  add(...taken: [type: 'population' | 'sandbox', id: string]): void {
    this.#taken.push(taken);
  }

  /** Individuals of whom another birth is recorded. */
  addBirths(graph: Graph, births: Checkpoint['births']): void {
    for (const birth of births) {
      const recorded = graph.birthOf(birth.id);
      if (recorded && !sameBirth(recorded, birth)) this.#taken.push(['lineage', birth.id]);
    }
  }

  /** @throws PetriError `already_exists`, reason CHECKPOINT_CONFLICTS, with all of them, if there are any */
  done(): void {
    const [first] = this.#taken;
    if (first === undefined) return;
    const [type, name] = first;
    const rest =
      this.#taken.length > 1 ? `, and ${this.#taken.length - 1} more of what would be restored` : '';
    throw new PetriError('already_exists', `${type} "${name}" already exists${rest}`, {
      reason: 'CHECKPOINT_CONFLICTS',
      resource: { type, name },
      violations: this.#taken.map(([each, id]) => ({
        field: `${each}["${id}"]`,
        description: 'already exists',
      })),
    });
  }
}
