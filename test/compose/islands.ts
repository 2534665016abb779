/** Evolution on every node of a cluster of containers, and what its archipelago says. */
import assert from 'node:assert/strict';
import type { Migration, NodeState, Petri } from '@petri/client';
import { PetriError } from '@petri/core';
import { constant, Evolution, POPULATION, SPEC } from '../support/cluster/evolution.ts';
import { until } from '../support/until.ts';

/** For containers that start on a machine that does much else. */
export const PATIENCE_MS = 120_000;
const GENERATIONS = 5;

/** Codes of what may be different soon. */
const NOT_NOW = new Set(['unavailable', 'not_found', 'deadline_exceeded']);

/** Where they live, counted from 1. */
export type Nodes = {
  nameOf: (index: number) => Promise<string>;
  /** As an administrator. */
  connect: (index: number) => Promise<Petri>;
};

export class Islands implements AsyncDisposable {
  readonly #nodes: Nodes;
  readonly #places: Place[] = [];
  #travellers = 0;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  get names(): string[] {
    return this.#places.map(({ name }) => name);
  }

  /** Seeds the islands of nodes that have none of its evolutions yet, counted from 1, and lets these begin. */
  async populate(nodes: number): Promise<void> {
    const known = this.#places.length;
    for (let index = known + 1; index <= nodes; index++) {
      const name = await this.#nodes.nameOf(index);
      const petri = await this.#nodes.connect(index);
      const evolution = new Evolution(name, () => this.at(index).petri);
      this.#places.push({ name, petri, evolution });
      await evolution.seed(index / 10, index / 10 + 0.05);
    }
    await this.alive(this.names);
    for (const { evolution } of this.#places.slice(known)) evolution.start();
  }

  at(index: number): Place {
    return this.#places[index - 1]!;
  }

  /** After its container was away, also with another port than before. */
  async resume(index: number): Promise<void> {
    const place = this.at(index);
    await place.petri.close();
    place.petri = await this.#nodes.connect(index);
    place.evolution.start();
  }

  /** Until all of these see each other alive, and the plan that they know has a ring of them. */
  async alive(names: readonly string[]): Promise<void> {
    const ring = names.toSorted().join();
    for (const name of names) {
      await this.sees(name, Object.fromEntries(names.map((other) => [other, 'ALIVE'])));
      await this.eventually(`"${name}" knows the ring ${ring}`, async () => {
        const { edges } = await this.#named(name).petri.archipelago.topology();
        return (
          edges
            .map(({ from }) => from)
            .toSorted()
            .join() === ring
        );
      });
    }
  }

  /** Until a node sees others in these states. */
  async sees(name: string, states: Record<string, NodeState>): Promise<void> {
    let seen: Record<string, NodeState> = {};
    await this.eventually(`"${name}" sees ${JSON.stringify(states)}`, async () => {
      const nodes = await this.#named(name).petri.archipelago.nodes();
      seen = Object.fromEntries(nodes.map(({ id, state }) => [id, state]));
      return Object.entries(states).every(([id, state]) => seen[id] === state);
    }).catch((thrown: Error) => {
      throw new Error(`${thrown.message}, but ${JSON.stringify(seen)}`, { cause: thrown });
    });
  }

  /** Until each of these nodes has got some generations further. */
  async evolves(...indices: readonly number[]): Promise<void> {
    const goals = indices.map((index) => this.at(index).evolution.generation + GENERATIONS);
    await this.eventually(`evolution goes on at ${indices.join(', ')}`, () =>
      indices.every((index, at) => this.at(index).evolution.generation >= goals[at]!),
    );
  }

  /** Until somebody who was just born on one node has arrived at another, and lives there. */
  async migrates(from: number, to: number): Promise<void> {
    const { archipelago } = this.at(from).petri;
    let admitted: string | undefined;
    await this.eventually(`somebody of node ${from} is admitted at node ${to}`, async () => {
      await this.#bearTraveller(from);
      const ends = { from: this.at(from).name, to: this.at(to).name };
      const { id } = await archipelago.migrate({ ...ends, population: POPULATION });
      const { migrants } = await this.settled(from, id);
      // Not if evolution has let the traveller go before, or the plan was another.
      admitted = migrants.find(({ verdict }) => verdict === 'ADMITTED')?.admittedAs;
      return admitted !== undefined;
    });
    // Also whom evolution has let go since is remembered there.
    const { mutationType } = await this.at(to).petri.lineage.get(admitted!);
    assert.equal(mutationType, 'migration');
  }

  /** The report of a migration once none of its migrants is under way. */
  async settled(via: number, id: string): Promise<Migration> {
    const seen: Migration[] = [];
    await this.eventually(`the migration ${id} is settled`, async () => {
      const report = await this.at(via).petri.archipelago.migration(id);
      seen.splice(0, 1, report);
      const { sent, admitted, duplicate, rejected, dropped, inFlight, error } = report;
      assert.equal(sent, admitted + duplicate + rejected + dropped + inFlight, id);
      return error !== '' || (sent > 0 && inFlight === 0);
    });
    return seen[0]!;
  }

  /** Waits for what may take a while, also because somebody cannot be asked for now. */
  async eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    let refusal: unknown;
    const now = async () => {
      try {
        return await holds();
      } catch (thrown) {
        if (!(thrown instanceof PetriError) || !NOT_NOW.has(thrown.code)) throw thrown;
        refusal = thrown;
        return false;
      }
    };
    await until(what, now, PATIENCE_MS).catch((thrown: Error) => {
      throw new Error(thrown.message, { cause: refusal });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#places.map(({ evolution }) => evolution.stop()));
    await Promise.allSettled(this.#places.map(({ petri }) => petri.close()));
  }

  /** The best of all until the next. */
  async #bearTraveller(index: number): Promise<void> {
    const { sandboxes, populations } = this.at(index).petri;
    const id = `traveller-${++this.#travellers}`;
    const genome = constant(1 - 1e-6 / this.#travellers);
    await sandboxes.create({ id, genome, population: POPULATION });
    await populations.add(POPULATION, [id]);
    await sandboxes.evaluate(id, SPEC, { record: { population: POPULATION } });
  }

  #named(name: string): Place {
    return this.#places.find((place) => place.name === name)!;
  }
}

type Place = { name: string; petri: Petri; readonly evolution: Evolution };
