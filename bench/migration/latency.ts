import type { Context, Row } from '../support/benchmark.ts';
import { quantile } from '../support/quantiles.ts';
import { figure, versus } from '../support/rows.ts';
import { Admissions } from './admissions.ts';
import { type BenchIsland, startInProcess, startOverNats } from './island.ts';
import { BareJetStream } from './jetstream.ts';

const POPULATION = 'latency';
/** Beyond a first few calls, which find everything cold. */
const WARM = 5;

type Sides = { admitted: number[][]; bare: number[][] };

/** From asking for a migration to hearing of the admission, one after another. */
export async function latencyRows(server: string | undefined, context: Context): Promise<Row[]> {
  const inProcess = await between(context, () => startInProcess(['east', 'west']));
  const alone = inProcess.admitted.flat();
  const rows = [
    figure('asked for to admitted, in one process, p50', quantile(alone, 0.5), 'ms', { atMost: 20 }),
    figure('asked for to admitted, in one process, p99', quantile(alone, 0.99), 'ms'),
  ];
  if (server === undefined) return rows;
  await using jetstream = await BareJetStream.open(server);
  const { admitted, bare } = await between(context, () => startOverNats(server, ['a', 'b']), jetstream);
  const quantiles = (rounds: number[][], q: number) => rounds.map((times) => quantile(times, q));
  const overNats = (name: string, q: number) =>
    versus(
      `asked for to admitted, two nodes over NATS, ${name}`,
      quantiles(admitted, q),
      'ms',
      { what: `a JetStream message to and fro, ${name}`, values: quantiles(bare, q) },
      { atMost: 30 },
    );
  return [overNats('p50', 0.5), overNats('p99', 0.99), ...rows];
}

async function between(
  { quick, progress }: Context,
  start: () => ReturnType<typeof startOverNats>,
  jetstream?: BareJetStream,
): Promise<Sides> {
  const [rounds, each] = quick ? [2, 20] : [6, 100];
  progress('starting islands');
  await using group = await start();
  const [from, to] = group.islands as [BenchIsland, BenchIsland];
  await using admissions = await Admissions.at(to.node);
  for (const island of [from, to]) await island.found(POPULATION, 50);
  const sides: Sides = { admitted: [], bare: [] };
  const once = async () => {
    await from.improve(POPULATION);
    const started = performance.now();
    const asked = { from: from.id, to: to.id, population: POPULATION, count: 1 };
    const { id } = await from.petri.archipelago.migrate(asked);
    return (await admissions.wait(({ migration }) => migration === id)) - started;
  };
  for (let n = 0; n < WARM; n++) await once();
  for (let round = 0; round < rounds; round++) {
    progress(`one migration after another, round ${round + 1} of ${rounds}`);
    sides.admitted.push(await times(each, once));
    if (jetstream) sides.bare.push(await times(each, () => jetstream.roundTrip()));
  }
  return sides;
}

async function times(count: number, once: () => Promise<number>): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < count; n++) found.push(await once());
  return found;
}
