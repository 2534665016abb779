import { until } from '../../test/support/until.ts';
import { startNatsServer } from '../../test/support/nats-server.ts';
import type { Context, Row } from '../support/benchmark.ts';
import { versus } from '../support/rows.ts';
import { Admissions } from './admissions.ts';
import { areTogether, type BenchIsland, joinOverNats, startOverNats } from './island.ts';

const POPULATION = 'p';
const BEAT_MS = 100;
const LEASE_MS = 1_000;
const ENVIRONMENT = {
  PETRI_WORKERS: '1',
  PETRI_BEAT_MS: String(BEAT_MS),
  PETRI_LEASE_MS: String(LEASE_MS),
};
/** Every beat. */
const SCHEDULE = { intervalMs: BEAT_MS, count: 1 };

/** An archipelago of its own for each round: what a leader leaves behind is part of it. */
export async function comingAndGoingRows({ quick, progress }: Context): Promise<Row[]> {
  const rounds = quick ? 1 : 5;
  const times = {
    led: [] as number[],
    around: [] as number[],
    start: [] as number[],
    joined: [] as number[],
  };
  for (let round = 1; round <= rounds; round++) {
    await using nats = await startNatsServer();
    progress(`three nodes, round ${round} of ${rounds}`);
    await using group = await startOverNats(nats.url, ['a', 'c'], ENVIRONMENT);
    for (const island of group.islands) await island.found(POPULATION, 2);
    await group.islands[0]!.petri.archipelago.setPolicy({ schedule: SCHEDULE });
    const joined = await join(nats.url, group.islands);
    await using late = joined.island;
    times.start.push(joined.startMs);
    times.joined.push(joined.admittedMs);
    const failed = await failOver([...group.islands, late]);
    times.led.push(failed.ledMs);
    times.around.push(failed.aroundMs);
  }
  const lease = { what: 'PETRI_LEASE_MS', values: times.led.map(() => LEASE_MS) };
  return [
    versus('leader killed, until another leads', times.led, 'ms', lease, { atMost: 1.5 }),
    versus('leader killed, until a migrant goes around its island', times.around, 'ms', lease, { atMost: 2 }),
    versus(
      'a node joined, until its first migrant is admitted',
      times.joined,
      'ms',
      { what: 'its start', values: times.start },
      { atMost: 1 },
    ),
  ];
}

/** From when it is ready. It brings a population that lives elsewhere, and nothing else. */
async function join(server: string, others: readonly BenchIsland[]) {
  const started = performance.now();
  const island = await joinOverNats(server, 'b', ENVIRONMENT);
  const ready = performance.now();
  await using admissions = await Admissions.at(island.node);
  await island.found(POPULATION, 1);
  await others[0]!.improve(POPULATION);
  const admittedMs = (await admissions.wait(({ to }) => to === island.id)) - ready;
  return { island, startMs: ready - started, admittedMs };
}

/** Around the ring: the leader's predecessor has a new best for its successor, which only a new plan lets it send there. */
async function failOver(islands: readonly BenchIsland[]) {
  await areTogether(islands, islands);
  const leader = await leaderOf(islands[0]!);
  const ring = islands.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const at = ring.findIndex(({ id }) => id === leader);
  if (at === -1) throw new Error(`"${leader}" leads, which is no node of ours`);
  const [before, after] = [ring.at(at - 1)!, ring[(at + 1) % ring.length]!];
  await using admissions = await Admissions.at(after.node);
  const killed = performance.now();
  process.kill(ring[at]!.node.pid, 'SIGKILL');
  await before.improve(POPULATION);
  const led = (async () => {
    await until('another leads', async () => (await leaderOf(after)) !== leader, 60_000);
    return performance.now() - killed;
  })();
  const around = await admissions.wait(({ from }) => from === before.id);
  return { ledMs: await led, aroundMs: around - killed };
}

async function leaderOf({ node }: BenchIsland): Promise<string> {
  return (await node.archipelago.listNodes({})).leader;
}
