import type { Context, Row } from '../support/benchmark.ts';
import { median } from '../support/quantiles.ts';
import { figure, none, versus } from '../support/rows.ts';
import { Admissions } from './admissions.ts';
import { type BenchIsland, type Group, startInProcess, startOverNats } from './island.ts';
import { BareJetStream } from './jetstream.ts';

/** Together no more than an inbox takes from one sender. */
const MIGRATIONS = 10;
const MIGRANTS = 10;

type Rates = { perSecond: number[]; bare: number[]; lost: number };

/** Many migrations at once into one node. */
export async function rateRows(server: string | undefined, context: Context): Promise<Row[]> {
  const inProcess = await into(context, () => startInProcess(['east', 'west']));
  const alone = figure('migrants a second, in one process', median(inProcess.perSecond), '/s');
  if (server === undefined) return [alone, none('migrants lost', inProcess.lost)];
  await using jetstream = await BareJetStream.open(server);
  const overNats = await into(context, () => startOverNats(server, ['a', 'b']), jetstream);
  const baseline = { what: 'JetStream messages', values: overNats.bare };
  return [
    versus('migrants a second into one node over NATS', overNats.perSecond, '/s', baseline, {
      atLeast: 0.01,
    }),
    alone,
    none('migrants lost', inProcess.lost + overNats.lost),
  ];
}

async function into(
  { quick, progress }: Context,
  start: () => Promise<Group>,
  jetstream?: BareJetStream,
): Promise<Rates> {
  const rounds = quick ? 2 : 6;
  progress('starting islands');
  await using group = await start();
  const [from, to] = group.islands as [BenchIsland, BenchIsland];
  await using admissions = await Admissions.at(to.node);
  const rates: Rates = { perSecond: [], bare: [], lost: 0 };
  // Round 0 warms both up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    progress(`100 migrants at once, round ${round} of ${rounds}`);
    const populations = Array.from({ length: MIGRATIONS }, (_, n) => `rate-${round}-${n}`);
    for (const population of populations) {
      await from.found(population, MIGRANTS);
      await to.found(population, 1);
    }
    const [perSecond, lost] = await once(from, to, admissions, populations);
    rates.lost += lost;
    if (round === 0) continue;
    rates.perSecond.push(perSecond);
    if (jetstream) rates.bare.push(await jetstream.rate(1_000));
  }
  return rates;
}

async function once(
  from: BenchIsland,
  to: BenchIsland,
  admissions: Admissions,
  populations: readonly string[],
): Promise<[perSecond: number, lost: number]> {
  const { archipelago } = from.petri;
  const started = performance.now();
  const asked = await Promise.all(
    populations.map((population) =>
      archipelago.migrate({ from: from.id, to: to.id, population, count: MIGRANTS }),
    ),
  );
  const ids = new Set(asked.map(({ id }) => id));
  const ended = await admissions.wait(({ migration }) => ids.has(migration), MIGRATIONS * MIGRANTS);
  const reports = await Promise.all([...ids].map((id) => archipelago.migration(id)));
  const lost = reports.reduce(
    (sum, { sent, rejected, dropped }) => sum + MIGRANTS - sent + rejected + dropped,
    0,
  );
  return [((MIGRATIONS * MIGRANTS) / (ended - started)) * 1000, lost];
}
