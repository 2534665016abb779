import { Turns } from '../turns.ts';
import type { Graph, Place } from './graph.ts';

/** Places looked at before everything else has its turn: about a millisecond. */
const SLICE = 1_000;

/**
 * The most recent common ancestor, where each individual counts as an ancestor of its own: of the common ancestors the
 * deepest; of equally deep ones the last born (foreign ones before all others), then the one with the smaller id.
 * Undefined if there is none. Others have their turns meanwhile; a birth that changes depths begins it anew.
 */
export async function mostRecentCommonAncestor(
  graph: Graph,
  places: readonly Place[],
): Promise<Place | undefined> {
  for (;;) {
    const { deepenings } = graph;
    const found = await deepest(graph, places, () => graph.deepenings === deepenings);
    if (found !== 'stale') return found;
  }
}

async function deepest(
  graph: Graph,
  places: readonly Place[],
  isCurrent: () => boolean,
): Promise<Place | undefined | 'stale'> {
  const turns = new Turns(SLICE);
  const words = Math.ceil(places.length / 32);
  /** By depth, whose ancestor each place is, as bits. Parents are always less deep than their children. */
  const levels: (Map<Place, Uint32Array> | undefined)[] = [];
  const reach = (place: Place): Uint32Array => {
    const level = (levels[graph.depthAt(place)] ??= new Map<Place, Uint32Array>());
    const known = level.get(place);
    if (known) return known;
    const bits = new Uint32Array(words);
    level.set(place, bits);
    return bits;
  };
  for (const [at, place] of places.entries()) reach(place)[at >>> 5]! |= 1 << (at & 31);
  for (let depth = levels.length - 1; depth >= 0; depth--) {
    let best: Place | undefined;
    for (const [place, bits] of levels[depth] ?? []) {
      if (isOfAll(bits, places.length) && (best === undefined || isMoreRecent(graph, place, best)))
        best = place;
      for (const parent of graph.parentsAt(place)) {
        const above = reach(parent);
        for (let word = 0; word < words; word++) above[word]! |= bits[word]!;
      }
      if (!turns.due()) continue;
      await turns.next();
      if (!isCurrent()) return 'stale';
    }
    if (best !== undefined) return best;
    levels[depth] = undefined;
  }
  return undefined;
}

function isOfAll(bits: Uint32Array, count: number): boolean {
  return bits.every((word, at) => word === (at < count >>> 5 ? 0xffff_ffff : 2 ** (count & 31) - 1));
}

/** Of two that are equally deep. */
function isMoreRecent(graph: Graph, a: Place, b: Place): boolean {
  const births = (graph.birthAt(a)?.sequence ?? 0) - (graph.birthAt(b)?.sequence ?? 0);
  if (births !== 0) return births > 0;
  return graph.idAt(a) < graph.idAt(b);
}

/** Births between an ancestor and each of these, on the shortest way: one search, from the ancestor down. */
export async function distancesFrom(
  graph: Graph,
  ancestor: Place,
  places: readonly Place[],
): Promise<Map<Place, number>> {
  const turns = new Turns(SLICE);
  const distances = new Map<Place, number>();
  const wanted = new Set(places);
  for (const { place, distance } of graph.searchFrom([ancestor], 'children')) {
    if (wanted.delete(place)) distances.set(place, distance);
    if (wanted.size === 0) break;
    if (turns.due()) await turns.next();
  }
  return distances;
}
