/** An archipelago of real processes, on which evolution goes on. */
import assert from 'node:assert/strict';
import type { Migration, NodeState } from '@petri/client';
import { PetriError } from '@petri/core';
import { until } from '../until.ts';
import { Evolution, isMigrant, POPULATION } from './evolution.ts';
import { Member } from './member.ts';

/** What may be different soon: NATS cannot be asked, nothing was heard of a node for a while, or not yet that it resumed. */
const isPassing = ({ code, reason }: PetriError) =>
  code === 'unavailable' || code === 'not_found' || reason === 'ISLAND_DRAINING';
/** For a machine that does much else. */
const PATIENCE_MS = 60_000;

type ClusterOptions = {
  /** One node, and one island, each. */
  names: readonly string[];
  /** A server of NATS, or several of one cluster. */
  nats: string;
  /** Of each node. */
  env?: (name: string) => Record<string, string>;
};

export class Cluster implements AsyncDisposable {
  readonly members: ReadonlyMap<string, Member>;
  readonly evolutions: ReadonlyMap<string, Evolution>;
  /** Migrations that were acknowledged. */
  readonly #asked = new Set<string>();

  static async start({ names, nats, env = () => ({}) }: ClusterOptions): Promise<Cluster> {
    await using stack = new AsyncDisposableStack();
    const starting = names.map(async (name) => stack.use(await Member.start(name, nats, env(name))));
    const started = await Promise.allSettled(starting);
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    const members = await Promise.all(starting);
    stack.move();
    return new Cluster(members);
  }

  private constructor(members: readonly Member[]) {
    this.members = new Map(members.map((member) => [member.name, member]));
    this.evolutions = new Map(
      members.map((member) => [member.name, new Evolution(member.name, () => member.petri)]),
    );
  }

  get #first(): Member {
    return [...this.members.values()][0]!;
  }

  at(name: string): Member {
    return this.members.get(name)!;
  }

  evolution(name: string): Evolution {
    return this.evolutions.get(name)!;
  }

  /** Seeds every island, each with other individuals, and lets evolution begin once all nodes know all. */
  async populate(): Promise<void> {
    const all = [...this.evolutions.values()];
    await Promise.all(all.map((evolution, index) => evolution.seed(index / 10, index / 10 + 0.05)));
    await this.whole();
    for (const evolution of all) evolution.start();
  }

  /** Until all nodes see all nodes alive, and all islands in the ring. */
  async whole(): Promise<void> {
    const names = [...this.members.keys()];
    await this.sees(Object.fromEntries(names.map((name) => [name, 'ALIVE'])));
    for (const name of names) await this.routes(names, name);
  }

  /** Until the plan that a node knows has a ring of these islands, which are in order. */
  async routes(names: readonly string[], via: string): Promise<void> {
    await this.eventually(`"${via}" knows the ring ${names.join(', ')}`, async () => {
      const { edges } = await this.at(via).petri.archipelago.topology();
      return edges.map(({ from }) => from).join() === names.join();
    });
  }

  /** Until these nodes (all by default) see the nodes in these states. */
  async sees(states: Record<string, NodeState>, names = Object.keys(states)): Promise<void> {
    for (const name of names) {
      await this.eventually(`"${name}" sees ${JSON.stringify(states)}`, async () => {
        const nodes = await this.at(name).petri.archipelago.nodes();
        return Object.entries(states).every(
          ([id, state]) => nodes.find((node) => node.id === id)?.state === state,
        );
      });
    }
  }

  /** Until each of these islands has got so many generations further. */
  async evolves(names: readonly string[], generations = 5): Promise<void> {
    const before = new Map(names.map((name) => [name, this.evolution(name).generation]));
    await this.eventually(`evolution goes on at ${names.join(', ')}`, () =>
      names.every((name) => this.evolution(name).generation >= before.get(name)! + generations),
    );
  }

  /** Asks for a migration; the id of one that was acknowledged. */
  async migrate(from: string, to: string, { count = 1, via = from } = {}): Promise<string> {
    const ids: string[] = [];
    await this.eventually(`a migration from ${from} to ${to} is acknowledged`, async () => {
      const { id } = await this.at(via).petri.archipelago.migrate({
        from,
        to,
        population: POPULATION,
        count,
      });
      return ids.push(id) > 0;
    });
    this.#asked.add(ids[0]!);
    return ids[0]!;
  }

  async report(id: string): Promise<Migration> {
    const report = await this.#first.petri.archipelago.migration(id);
    addsUp(report, id);
    return report;
  }

  /**
   * Lets evolution pause, waits until no migrant is under way, and fails if the totals do not add up, a migrant of a
   * migration that was acknowledged was lost, an island has an individual twice, lacks one that was admitted, or has one
   * that was not. Migrants that died before they were sent are not lost.
   */
  async settle(): Promise<Migration[]> {
    const all = [...this.evolutions.values()];
    await Promise.all(all.map((evolution) => evolution.stop()));
    try {
      const { archipelago } = this.#first.petri;
      await archipelago.setPolicy({ schedule: {} });
      const { migrations, totals } = await archipelago.migrations();
      assert.equal(migrations.length, totals.migrations, 'all of them are on one page');
      const seen = await this.settled([...new Set([...this.#asked, ...migrations.map(({ id }) => id)])]);
      for (const { id, error, migrants } of seen) {
        const lost = migrants.filter(({ verdict, reason }) => verdict === 'DROPPED' && reason !== 'GONE');
        assert.deepEqual([error, lost], ['', []], `the migration ${id} lost somebody`);
      }
      for (const name of this.members.keys()) await this.#verify(name, seen);
      return seen;
    } finally {
      for (const evolution of all) evolution.start();
    }
  }

  /** The reports of these migrations, once none of their migrants is under way. */
  async settled(ids: readonly string[]): Promise<Migration[]> {
    const seen = new Map<string, Migration>();
    for (const id of ids) {
      await this.eventually(`the migration ${id} is settled`, async () => {
        const report = await this.report(id);
        seen.set(id, report);
        const { error, sent, inFlight } = report;
        return error !== '' || (sent > 0 && inFlight === 0);
      });
    }
    return [...seen.values()];
  }

  /** Waits for what may take a while, also because a node cannot ask NATS. */
  async eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    let refusal: unknown;
    const waiting = until(
      what,
      async () => {
        try {
          return await holds();
        } catch (thrown) {
          if (!(thrown instanceof PetriError) || !isPassing(thrown)) throw thrown;
          refusal = thrown;
          return false;
        }
      },
      PATIENCE_MS,
    );
    await waiting.catch((thrown: unknown) => {
      if (thrown instanceof Error) thrown.cause ??= refusal;
      throw thrown;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.members.values()].map((member) => member[Symbol.asyncDispose]()));
    await Promise.allSettled([...this.evolutions.values()].map((evolution) => evolution.stop()));
  }

  /** Whoever was admitted lives there, unless evolution let it go; nobody else came; nobody is there twice. */
  async #verify(name: string, reports: readonly Migration[]): Promise<void> {
    const members: { id: string; genomeSha256: string }[] = [];
    for await (const member of this.at(name).petri.populations.members(POPULATION)) members.push(member);
    const judged = reports.filter(({ to }) => to === name).flatMap(({ migrants }) => migrants);
    const admitted = judged.flatMap(({ admittedAs }) => admittedAs || []);
    assert.equal(new Set(admitted).size, admitted.length, `"${name}" admitted somebody twice`);
    const migrants = new Set(members.map(({ id }) => id).filter(isMigrant));
    const { left } = this.evolution(name);
    const others = judged.filter(({ verdict }) => verdict !== 'ADMITTED');
    const what = `migrants at "${name}" are those that were admitted, not ${JSON.stringify(others)}`;
    assert.deepEqual(
      [...migrants].filter((id) => !admitted.includes(id)),
      [],
      what,
    );
    assert.deepEqual(
      admitted.filter((id) => !migrants.has(id) && !left.has(id)),
      [],
      what,
    );
    const genomes = members.flatMap(({ genomeSha256 }) => genomeSha256 || []);
    assert.equal(new Set(genomes).size, genomes.length, `"${name}" has a genome twice`);
  }
}

function addsUp(
  { sent, admitted, duplicate, rejected, dropped, inFlight, migrants }: Migration,
  id: string,
): void {
  const sum = admitted + duplicate + rejected + dropped + inFlight;
  assert.equal(sent, sum, `the totals of the migration ${id} do not add up`);
  assert.equal(sent, migrants.length, `the migration ${id} has a report of each migrant`);
}
