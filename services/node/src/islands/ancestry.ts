import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type Ancestor, AncestorSchema, type Migrant } from '@petri/contracts/v1';
import { idViolation } from '@petri/core';
import type { Birth, Immigrant, LineageBook } from '@petri/population';
import { mapped } from '../mapping/problems.ts';
import { readTimestamp, timestamp } from '../mapping/time.ts';

/** Some generations of crossovers, many of mutations; about 25 KB. */
const MAX_ANCESTORS = 128;
/** Between a node's id and that of an individual there. */
const AT = '::';
/** Of one whose birth nobody recorded. */
const UNRECORDED = 'unrecorded';

/** Whose birth nobody recorded is known by what it is now. */
type Present = { id: string; island: string; genomeSha256: string; generation: number };

/** What a migrant comes from, under names that mean the same on every node: ids are unique on one node alone. */
export class Ancestry {
  readonly #lineage: LineageBook;
  readonly #node: string;

  constructor(lineage: LineageBook, node: string) {
    this.#lineage = lineage;
    this.#node = node;
  }

  /** The individual and its ancestors, nearest first. */
  of(present: Present): Ancestor[] {
    const { id, island } = present;
    const own = this.#lineage.find(id)?.birth;
    if (own === undefined) {
      const { genomeSha256, generation } = present;
      const unrecorded = { id: this.#abroad(id), mutationType: UNRECORDED, generation, island, genomeSha256 };
      return [create(AncestorSchema, unrecorded)];
    }
    const { relatives } = this.#lineage.ancestors(id, { limit: MAX_ANCESTORS - 1 });
    const births = [own, ...relatives.flatMap(({ birth }) => birth ?? [])];
    return births.map((birth) => this.#ancestor(birth, island));
  }

  /**
   * A migrant's parents and what they come from, under the names that they have here. Those of this node are known.
   *
   * @throws PetriError `invalid_argument`
   */
  read({ ancestry, individual, node }: Migrant): { parents: string[]; ancestry: Immigrant['ancestry'] } {
    const bounded = ancestry.slice(0, MAX_ANCESTORS);
    const [self = { id: `${node}${AT}${individual}` }] = bounded;
    const foreign = bounded.filter(({ id }) => this.#home(id) === id);
    return mapped((problems) => ({
      parents: [this.#home(self.id)],
      ancestry: foreign.map(({ parents, bornAt, island, ...birth }, index) => ({
        ...birth,
        parents: parents.map((id) => this.#home(id)),
        island: idViolation('island', island) ? '' : island,
        bornAtMs: bornAt ? readTimestamp(problems, `ancestry[${index}].born_at`, bornAt) : 0,
      })),
    }));
  }

  #ancestor({ id, parents, island, bornAtMs, ...birth }: Birth, here: string): Ancestor {
    return create(AncestorSchema, {
      id: this.#abroad(id),
      parents: parents.map((parent) => this.#abroad(parent)),
      mutationType: birth.mutationType,
      generation: birth.generation,
      genomeSha256: birth.genomeSha256,
      island: island || here,
      bornAt: timestamp(bornAtMs),
    });
  }

  #abroad(id: string): string {
    if (id.includes(AT)) return id;
    const name = `${this.#node}${AT}${id}`;
    if (idViolation('id', name) === undefined) return name;
    return `elsewhere${AT}${createHash('sha256').update(name).digest('hex')}`;
  }

  #home(id: string): string {
    const own = `${this.#node}${AT}`;
    return id.startsWith(own) ? id.slice(own.length) : id;
  }
}
