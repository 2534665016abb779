import type { Benchmark, Context, Row } from './support/benchmark.ts';
import { type BenchNode, startNode } from './support/node.ts';
import { median, quantile } from './support/quantiles.ts';
import { figure, none } from './support/rows.ts';
import { timed } from './support/timed.ts';

const MEMBERS = 10_000;
const INDIVIDUALS = 100_000;
/** What a graph of 100,000 answers within, in milliseconds. */
const PROMPT = { atMost: 20 };
/** In one message. */
const BATCH = 10_000;
const PER_GENERATION = 1_000;

export const population: Benchmark = {
  name: 'population',
  title: 'Fitness of 10,000 members and a lineage of 100,000, over gRPC, in memory',
  async run(context): Promise<Row[]> {
    await using node = await startNode();
    return [...(await fitnessRows(context, node)), ...(await lineageRows(context, node))];
  },
};

async function fitnessRows({ quick, progress }: Context, { populations }: BenchNode): Promise<Row[]> {
  const rounds = quick ? 10 : 50;
  const ids = Array.from({ length: MEMBERS }, (_, n) => `m${n}`);
  await populations.createPopulation({ id: 'p' });
  await populations.addMembers({ population: 'p', members: ids.map((id) => ({ id })) });
  const batches: number[] = [];
  const singles: number[] = [];
  const ranks: number[] = [];
  let wrong = 0;
  for (let round = 0; round < rounds; round++) {
    progress(`fitness: ${round} of ${rounds}`);
    const score = (n: number) => ({ case: 'score' as const, value: (n * 7919 + round * 31) % MEMBERS });
    const entries = ids.map((id, n) => ({ id, result: score(n) }));
    batches.push(await timed(() => populations.recordFitness({ population: 'p', entries })));
    for (let n = 0; n < 20; n++) {
      const entry = { id: ids[n]!, result: { case: 'score' as const, value: MEMBERS + n } };
      singles.push(await timed(() => populations.recordFitness({ population: 'p', entries: [entry] })));
    }
    // The first after a change puts all of them in order.
    ranks.push(
      await timed(async () => {
        const { ranked, totalSize } = await populations.rankFitness({ population: 'p', pageSize: 100 });
        if (totalSize !== MEMBERS || ranked[0]?.fitness?.id !== 'm19') wrong++;
      }),
    );
  }
  return [
    figure('RecordFitness, 10,000 in one call', (MEMBERS / median(batches)) * 1000, '/s'),
    figure('RecordFitness, one, p50', median(singles), 'ms'),
    figure('RecordFitness, one, p99', quantile(singles, 0.99), 'ms'),
    figure('RankFitness of 10,000 after changes, first page of 100, p50', median(ranks), 'ms'),
    figure('RankFitness of 10,000 after changes, first page of 100, p99', quantile(ranks, 0.99), 'ms'),
    none('wrong rankings', wrong),
  ];
}

async function lineageRows({ quick, progress }: Context, { populations }: BenchNode): Promise<Row[]> {
  const recorded = await timed(async () => {
    for (let from = 0; from < INDIVIDUALS; from += BATCH) {
      progress(`lineage: ${from} of ${INDIVIDUALS}`);
      const births = Array.from({ length: BATCH }, (_, at) => birthOf(from + at));
      await populations.recordLineage({ births });
    }
  });
  const rounds = quick ? 20 : 200;
  const times = { ancestors: [] as number[], descendants: [] as number[], common: [] as number[] };
  let wrong = 0;
  for (let round = 0; round < rounds; round++) {
    const id = named(INDIVIDUALS - 1 - round);
    times.ancestors.push(
      await timed(async () => {
        const { relatives } = await populations.getAncestors({ id, limit: 1000 });
        if (relatives.length !== 1000) wrong++;
      }),
    );
    times.descendants.push(
      await timed(async () => {
        const { relatives } = await populations.getDescendants({ id: named(round), limit: 1000 });
        if (relatives.length !== 1000) wrong++;
      }),
    );
    times.common.push(
      await timed(async () => {
        const other = named(INDIVIDUALS - PER_GENERATION + round);
        const { ancestor } = await populations.getCommonAncestor({ ids: [id, other] });
        if (!ancestor) wrong++;
      }),
    );
  }
  return [
    figure('RecordLineage, 10,000 in one call', (INDIVIDUALS / recorded) * 1000, '/s'),
    figure('GetAncestors, the nearest 1,000 of 100,000, p50', median(times.ancestors), 'ms', PROMPT),
    figure('GetDescendants, the nearest 1,000 of 100,000, p50', median(times.descendants), 'ms', PROMPT),
    figure('GetCommonAncestor of two in 100,000, p50', median(times.common), 'ms', PROMPT),
    figure('GetCommonAncestor of two in 100,000, p99', quantile(times.common, 0.99), 'ms'),
    ...(await exportRows(populations, progress)),
    none('wrong answers about lineage', wrong),
  ];
}

async function exportRows(
  populations: BenchNode['populations'],
  progress: Context['progress'],
): Promise<Row[]> {
  const newest = Array.from({ length: BATCH }, (_, at) => named(INDIVIDUALS - 1 - at));
  const taken = async (ids: string[]): Promise<{ ms: number; slowest: number; wrong: number }> => {
    progress(`lineage: export of ${ids.length || 'all'}`);
    let text = '';
    const over = new AbortController();
    const work = timed(async () => {
      for await (const { chunk } of populations.exportLineage({ ids })) text += chunk;
    }).finally(() => over.abort());
    let slowest = 0;
    while (!over.signal.aborted)
      slowest = Math.max(slowest, await timed(() => populations.getLineage({ id: named(0) })));
    const ms = await work;
    const { nodes } = JSON.parse(text) as { nodes: unknown[] };
    return { ms, slowest, wrong: nodes.length === INDIVIDUALS ? 0 : 1 };
  };
  const all = await taken([]);
  const some = await taken(newest);
  return [
    figure('ExportLineage of 100,000', (INDIVIDUALS / all.ms) * 1000, '/s'),
    figure('ExportLineage of 10,000 and all they come from', (INDIVIDUALS / some.ms) * 1000, '/s'),
    figure('the slowest GetLineage meanwhile', Math.max(all.slowest, some.slowest), 'ms'),
    none('exports that lack somebody', all.wrong + some.wrong),
  ];
}

const named = (n: number) => `i${n}`;

/** Two parents from the generation before, spread so that after some generations everybody is related. */
function birthOf(n: number) {
  const generation = Math.floor(n / PER_GENERATION);
  if (generation === 0) return { id: named(n) };
  const before = (generation - 1) * PER_GENERATION;
  // Everybody has a child by the first, and nobody stays among their own by the second.
  const mixed = (Math.imul(n, 0x9e37_79b1) >>> 8) % PER_GENERATION;
  const parents = [before + ((n * 31) % PER_GENERATION), before + mixed];
  return { id: named(n), generation, parents: [...new Set(parents)].map(named) };
}
