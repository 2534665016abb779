import type { Birth } from '../types.ts';

/** An individual in the graph, by its number. */
export type Place = number;

/** A node, `distance` births away from where the search began. */
export type Relative = { place: Place; distance: number };

type Direction = 'parents' | 'children';

/**
 * Who comes from whom. An individual that is known only as somebody's parent is foreign: it was born elsewhere, and
 * has no birth here. Acyclic as long as what is added was checked (`admission.ts`).
 */
export class Graph {
  readonly #places = new Map<string, Place>();
  readonly #ids: string[] = [];
  readonly #births: (Birth | undefined)[] = [];
  readonly #parents: Place[][] = [];
  readonly #children: Place[][] = [];
  readonly #depths: number[] = [];
  /** Which search saw a place last, so that none has to clear up behind it. */
  #seen = new Uint32Array(1024);
  #search = 0;
  #born = 0;
  #deepenings = 0;

  /** Individuals with a birth. */
  get births(): number {
    return this.#born;
  }

  /** Individuals, foreign ones included: places are 0 up to this. */
  get size(): number {
    return this.#ids.length;
  }

  /** Counts births that may have changed the depth of others: of those that were foreign before. */
  get deepenings(): number {
    return this.#deepenings;
  }

  placeOf(id: string): Place | undefined {
    return this.#places.get(id);
  }

  idAt(place: Place): string {
    return this.#ids[place]!;
  }

  birthAt(place: Place): Birth | undefined {
    return this.#births[place];
  }

  birthOf(id: string): Birth | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#births[place];
  }

  parentsAt(place: Place): readonly Place[] {
    return this.#parents[place]!;
  }

  childrenAt(place: Place): readonly Place[] {
    return this.#children[place]!;
  }

  /** Births on the longest way here from an individual without parents or a foreign one; 0 for these. */
  depthAt(place: Place): number {
    return this.#depths[place]!;
  }

  /** Births may come in any order, each once. */
  add(birth: Birth): void {
    const place = this.#placeFor(birth.id);
    this.#births[place] = birth;
    this.#born++;
    const parents = birth.parents.map((id) => this.#placeFor(id));
    this.#parents[place] = parents;
    if (this.#children[place]!.length > 0) this.#deepenings++;
    for (const parent of parents) this.#children[parent]!.push(place);
    this.#deepen(place);
  }

  /**
   * Relatives in order of their distance, beginning with the place itself at 0. The generator is to be read in one go:
   * a search that begins meanwhile ends it.
   */
  *search(from: Place, direction: Direction, maxDistance = Infinity): Generator<Relative, void, void> {
    const search = this.#begin();
    const seen = this.#seen;
    const isNew = (place: Place) => {
      if (seen[place] === search) return false;
      seen[place] = search;
      return true;
    };
    for (const relative of this.#breadthFirst([from], direction, maxDistance, isNew)) {
      yield relative;
      if (this.#search !== search) return;
    }
  }

  /** Relatives of the nearest of several, as by `search`. It may be read at leisure: who comes later is left out. */
  *searchFrom(from: readonly Place[], direction: Direction): Generator<Relative, void, void> {
    const seen = new Uint8Array(this.size);
    const isNew = (place: Place) => {
      if (seen[place] !== 0) return false;
      seen[place] = 1;
      return true;
    };
    yield* this.#breadthFirst(from, direction, Infinity, isNew);
  }

  /** `isNew` says so once of each place. */
  *#breadthFirst(
    from: readonly Place[],
    direction: Direction,
    maxDistance: number,
    isNew: (place: Place) => boolean,
  ): Generator<Relative, void, void> {
    const edges = direction === 'parents' ? this.#parents : this.#children;
    let level = from.filter(isNew);
    for (let distance = 0; level.length > 0; distance++) {
      const next: Place[] = [];
      for (const place of level) {
        yield { place, distance };
        if (distance === maxDistance) continue;
        for (const relative of edges[place]!) if (isNew(relative)) next.push(relative);
      }
      level = next;
    }
  }

  #placeFor(id: string): Place {
    const known = this.#places.get(id);
    if (known !== undefined) return known;
    const place = this.#ids.length;
    this.#places.set(id, place);
    this.#ids.push(id);
    this.#births.push(undefined);
    this.#parents.push([]);
    this.#children.push([]);
    this.#depths.push(0);
    return place;
  }

  /** The birth of one that was foreign may put its descendants deeper. */
  #deepen(place: Place): void {
    const pending = [place];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      let depth = 0;
      for (const parent of this.#parents[next]!) depth = Math.max(depth, this.#depths[parent]! + 1);
      if (depth === this.#depths[next] && next !== place) continue;
      this.#depths[next] = depth;
      for (const child of this.#children[next]!) pending.push(child);
    }
  }

  #begin(): number {
    if (this.#seen.length < this.#ids.length || this.#search === 2 ** 32 - 1) {
      this.#seen = new Uint32Array(Math.max(this.#ids.length * 2, 1024));
      this.#search = 0;
    }
    return ++this.#search;
  }
}
