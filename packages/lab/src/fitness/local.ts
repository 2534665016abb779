type Rows = readonly (readonly number[])[];

interface Score {
  readonly score: number;
  readonly components: Readonly<Record<string, number>>;
}

type Fitness = (
  candidate: { call(name: string, rows: Rows): Promise<unknown> },
  context: { readonly data: unknown },
) => Promise<Score>;

const program = (await import(new URL('./regression.js', import.meta.url).href)) as { default: Fitness };

/** The fitness program, in this process: the yardstick that a node's scores are held against. Never for a genome. */
export const fitness: Fitness = program.default;

/** The score of predictions made by code that is trusted. */
export async function scoreLocally(
  predictAll: (rows: Rows) => readonly number[],
  data: unknown,
): Promise<Score> {
  return await fitness({ call: async (_name, rows) => predictAll(rows) }, { data });
}
