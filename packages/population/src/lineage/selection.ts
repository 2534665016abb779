import { Turns } from '../turns.ts';
import type { Graph, Place } from './graph.ts';

/** Places looked at before everything else has its turn: about a millisecond. */
const SLICE = 2_000;

/** Some of the individuals that a graph holds when it is made. */
export class Selection {
  readonly graph: Graph;
  readonly #chosen: Uint8Array;

  private constructor(graph: Graph) {
    this.graph = graph;
    this.#chosen = new Uint8Array(graph.size);
  }

  static all(graph: Graph): Selection {
    const selection = new Selection(graph);
    selection.#chosen.fill(1);
    return selection;
  }

  /** These with all their ancestors and descendants. */
  static async family(graph: Graph, places: readonly Place[]): Promise<Selection> {
    const selection = new Selection(graph);
    const turns = new Turns(SLICE);
    for (const way of ['parents', 'children'] as const)
      for (const { place } of graph.searchFrom(places, way)) {
        selection.#chosen[place] = 1;
        if (turns.due()) await turns.next();
      }
    return selection;
  }

  /** Those born in a population, and their parents. */
  static async bornIn(graph: Graph, population: string): Promise<Selection> {
    const selection = new Selection(graph);
    const turns = new Turns(SLICE);
    for (let place = 0; place < selection.#chosen.length; place++) {
      if (graph.birthAt(place)?.population === population)
        for (const each of [place, ...graph.parentsAt(place)]) selection.#chosen[each] = 1;
      if (turns.due()) await turns.next();
    }
    return selection;
  }

  has(place: Place): boolean {
    return this.#chosen[place] === 1;
  }

  /** In the order in which they were first heard of. */
  *places(): Generator<Place, void, void> {
    for (let place = 0; place < this.#chosen.length; place++) if (this.has(place)) yield place;
  }
}
