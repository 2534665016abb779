import type { Graph, Place } from './graph.ts';

/**
 * The most recent common ancestor, where each individual counts as an ancestor of its own: of the common ancestors the
 * deepest; of equally deep ones the last born (foreign ones before all others), then the one with the smaller id.
 * Undefined if there is none.
 */
export function mostRecentCommonAncestor(graph: Graph, places: readonly Place[]): Place | undefined {
  const sharedBy = new Uint32Array(graph.size);
  for (const [earlier, place] of places.entries())
    for (const relative of graph.search(place, 'parents'))
      if (sharedBy[relative.place] === earlier) sharedBy[relative.place] = earlier + 1;
  let best: Place | undefined;
  for (const relative of graph.search(places[0]!, 'parents')) {
    const { place } = relative;
    if (sharedBy[place] === places.length && (best === undefined || isMoreRecent(graph, place, best)))
      best = place;
  }
  return best;
}

function isMoreRecent(graph: Graph, a: Place, b: Place): boolean {
  const depths = graph.depthAt(a) - graph.depthAt(b);
  if (depths !== 0) return depths > 0;
  const births = (graph.birthAt(a)?.sequence ?? 0) - (graph.birthAt(b)?.sequence ?? 0);
  if (births !== 0) return births > 0;
  return graph.idAt(a) < graph.idAt(b);
}

/** Births between an ancestor and each of these, on the shortest way. */
export function distancesTo(graph: Graph, ancestor: Place, places: readonly Place[]): number[] {
  return places.map((place) => {
    for (const relative of graph.search(place, 'parents'))
      if (relative.place === ancestor) return relative.distance;
    return Infinity;
  });
}
