import fitness from './regression.js';

/**
 * The fitness program on predictions made in this process, for a candidate whose code is trusted: the yardstick that
 * a node's scores are held against. Never for a genome.
 */
export async function scoreLocally(
  predictAll: (rows: readonly (readonly number[])[]) => readonly number[],
  data: unknown,
): Promise<{ readonly score: number; readonly components: Readonly<Record<string, number>> }> {
  return await fitness({ call: async (_name, rows) => predictAll(rows) }, { data });
}
