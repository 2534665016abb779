import type { ConnectOptions } from '@petri/client';
import { compare } from '../evolution/individual.ts';
import type { Problem } from '../problems/problem.ts';
import { conclude } from '../problems/solve.ts';
import type { Output } from '../report/output.ts';
import { printSolution } from '../report/solution.ts';
import { Places } from './archipelago.ts';
import { EvolvingIsland } from './island.ts';
import type { IslandEnd } from './island.ts';
import { IslandLog } from './log.ts';
import { scheduled } from './schedule.ts';
import { watchTraffic } from './traffic.ts';

export interface IslandsOptions {
  /** Of nodes, such as "127.0.0.1:50051"; every island of theirs gets an engine. */
  readonly addresses: readonly string[];
  readonly connection?: ConnectOptions;
  readonly problem: Problem;
  readonly seed: string;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Often enough that islands help each other, seldom enough that they differ. */
const SCHEDULE = { generations: 2, count: 2 };

/**
 * Evolves on all islands at once, each with an engine of its own, while whoever leads the archipelago has their best migrate.
 * The first to reach the goal ends it for all; an island whose node is lost does not. Whether the target was reached. The schedule
 * of migrations is as it was, afterwards.
 */
export async function evolveOnIslands(options: IslandsOptions): Promise<boolean> {
  const { addresses, connection = {}, problem, seed, output, signal } = options;
  const started = performance.now();
  output.line(output.paint('bold', `${problem.title}, on every island at once`));
  for (const note of problem.notes) output.line(`  ${note}`);
  await using places = await Places.open(addresses, connection);
  await places.connected(signal);
  const [first, ...others] = places.all;
  if (first === undefined) throw new Error('there is no island to evolve on');
  const population = `demo-${Date.now().toString(36)}`;
  const schedule = { ...SCHEDULE, populations: [population] };
  await using _ = await scheduled([first, ...others], schedule, (why) =>
    output.line(`the schedule of migrations is still that of this demo: ${why}`),
  );

  const log = new IslandLog(
    output,
    places.all.map(({ island }) => island),
  );
  const islands = places.all.map(
    ({ island: id, petri, shared }) =>
      new EvolvingIsland({
        petri,
        id,
        population,
        shared,
        problem,
        seed,
        onGeneration: (report) => log.generation(id, report),
        onContact: (failure) =>
          log.note(
            id,
            failure
              ? `evolves without its node's population: ${failure.message}`
              : 'has its population again',
          ),
      }),
  );
  try {
    for (const island of islands) await island.open();
    const ends = await race(islands, log, signal);
    return await report({ islands, ends, log, started }, options);
  } finally {
    await Promise.all(islands.map((island) => island.close()));
  }
}

/** Until one reaches the goal, or all have ended. */
async function race(
  islands: readonly EvolvingIsland[],
  log: IslandLog,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, IslandEnd>> {
  const [decided, watching] = [new AbortController(), new AbortController()];
  const either = AbortSignal.any([signal, decided.signal]);
  const watches = islands.map(({ id, petri, population }) =>
    watchTraffic({
      petri,
      population,
      signal: watching.signal,
      onMove: (move) => log.move(id, move),
      onRestart: () => log.note(id, 'its node was started anew'),
    }).catch((error: unknown) =>
      log.note(id, `its migrants are not seen any more: ${(error as Error).message}`),
    ),
  );
  const ends = await Promise.all(
    islands.map(async (island) => {
      const end = await island.run(either);
      if (end.stop === 'GOAL') decided.abort();
      if (end.stop === 'LOST')
        log.note(island.id, `its node is lost, the other islands go on: ${end.why}`, 'lost');
      return [island.id, end] as const;
    }),
  );
  signal.throwIfAborted();
  watching.abort();
  await Promise.all(watches);
  return new Map(ends);
}

interface Ended {
  readonly islands: readonly EvolvingIsland[];
  readonly ends: ReadonlyMap<string, IslandEnd>;
  readonly log: IslandLog;
  readonly started: number;
}

async function report(
  { islands, ends, log, started }: Ended,
  { problem, output, signal }: IslandsOptions,
): Promise<boolean> {
  log.table(ends);
  const finished = islands.flatMap((island) => {
    const end = ends.get(island.id);
    return end === undefined || end.stop === 'LOST' ? [] : [{ island, end }];
  });
  const [winner] = finished.toSorted((a, b) => compare(a.end.last.best, b.end.last.best));
  if (winner === undefined) {
    log.verdict(false, performance.now() - started);
    return false;
  }
  const { island, end } = winner;
  output.line();
  log.descent(island.id, await island.descent(end.last.best));
  const solution = await conclude({ problem, evaluator: island.evaluator, signal }, end);
  printSolution(solution, output);
  log.verdict(solution.verdict.reached, performance.now() - started);
  return solution.verdict.reached;
}
