import { sample, type Random } from './random.ts';

export type Edge = { from: string; to: string; /** Above 0 and up to 1. */ probability: number };

/** Who sends to whom, over whichever islands there are. */
export type Topology =
  | { kind: 'RING' | 'TWO_WAY_RING' | 'FULL' | 'TORUS' }
  | { kind: 'STAR'; center: string }
  | { kind: 'RANDOM'; degree: number }
  | { kind: 'CUSTOM'; edges: readonly Edge[] };

/**
 * The edges among these islands: never from an island to itself, at most one from one island to another. An island
 * that a topology names and that is not among them is routed around.
 */
export function edgesOf(topology: Topology, islands: readonly string[], random: Random): Edge[] {
  const ids = [...new Set(islands)].toSorted();
  return distinct(
    topology.kind === 'CUSTOM' ? contracted(topology.edges, ids) : drawn(topology, ids, random),
  );
}

function drawn(
  topology: Exclude<Topology, { kind: 'CUSTOM' }>,
  ids: readonly string[],
  random: Random,
): Edge[] {
  const next = (index: number) => ids[index % ids.length]!;
  switch (topology.kind) {
    case 'RING':
      return ids.map((id, index) => edge(id, next(index + 1)));
    case 'TWO_WAY_RING':
      return ids.flatMap((id, index) => both(id, next(index + 1)));
    case 'FULL':
      return ids.flatMap((from) => ids.map((to) => edge(from, to)));
    case 'STAR': {
      const center = ids.includes(topology.center) ? topology.center : ids[0];
      return center === undefined ? [] : ids.flatMap((id) => both(center, id));
    }
    case 'TORUS':
      return torus(ids);
    case 'RANDOM':
      return ids.flatMap((from) => {
        const others = ids.filter((id) => id !== from);
        return sample(others, topology.degree, random).map((to) => edge(from, to));
      });
  }
}

/** The most square grid without holes; of a prime number of islands that is a two-way ring. */
function torus(ids: readonly string[]): Edge[] {
  let rows = Math.floor(Math.sqrt(ids.length));
  while (rows > 1 && ids.length % rows !== 0) rows--;
  const columns = ids.length / rows;
  const at = (row: number, column: number) => ids[(row % rows) * columns + (column % columns)]!;
  return ids.flatMap((id, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    return [...both(id, at(row, column + 1)), ...both(id, at(row + 1, column))];
  });
}

/** The ways over islands that are missing, joined: of a → missing → b stays a → b. */
function contracted(edges: readonly Edge[], ids: readonly string[]): Edge[] {
  let rest = distinct(edges);
  const missing = new Set(rest.flatMap(({ from, to }) => [from, to]).filter((id) => !ids.includes(id)));
  for (const gone of missing) {
    const into = rest.filter(({ to }) => to === gone);
    const out = rest.filter(({ from }) => from === gone);
    const joined = into.flatMap((first) =>
      out.map((second) => edge(first.from, second.to, first.probability * second.probability)),
    );
    const others = rest.filter(({ from, to }) => from !== gone && to !== gone);
    rest = distinct([...others, ...joined]);
  }
  return rest;
}

function edge(from: string, to: string, probability = 1): Edge {
  return { from, to, probability };
}

function both(a: string, b: string): Edge[] {
  return [edge(a, b), edge(b, a)];
}

/** Of several edges between the same two, the likeliest. */
function distinct(edges: readonly Edge[]): Edge[] {
  const kept = new Map<string, Edge>();
  for (const candidate of edges) {
    const key = `${candidate.from}\0${candidate.to}`;
    if (candidate.from === candidate.to || candidate.probability <= 0) continue;
    if ((kept.get(key)?.probability ?? 0) < candidate.probability) kept.set(key, candidate);
  }
  return [...kept.values()].toSorted(byEnds);
}

function byEnds(a: Edge, b: Edge): number {
  return compare(a.from, b.from) || compare(a.to, b.to);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
