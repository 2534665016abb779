import assert from 'node:assert/strict';
import { PetriError } from '@petri/core';
import type { Fitness, Petri } from '@petri/client';
import { isDeepEqual, Knowledge } from './knowledge.ts';
import type { Model } from './model.ts';

type Score = { score: number; components: Record<string, number>; adjusted: number; generation: number };

type Picture = {
  /** Undefined if there is no population. */
  generation: number | undefined;
  members: Readonly<Record<string, Score | null>>;
  /** Parents of all that were ever born. */
  births: Readonly<Record<string, readonly string[]>>;
  pins: readonly string[];
};

const NOTHING: Picture = { generation: undefined, members: {}, births: {}, pins: [] };
/** Members that have a sandbox, and can be evaluated. */
const BODIES = 4;
const MOST_MEMBERS = 30;
const ECHO = 'export const f = (n) => n;';

type Change = (petri: Petri, before: Picture, random: () => number) => Promise<void>;

/** One population with its fitness, lineage and pins. Nothing that is recorded together may be there in part. */
export class PopulationModel implements Model {
  readonly id: string;
  readonly #knowledge: Knowledge<Picture>;
  readonly #bodies: string[];
  readonly #changes: readonly (readonly [weight: number, Change])[];
  #hasBodies = false;
  #names = 0;
  #scores = 0;

  constructor(id: string) {
    this.id = id;
    this.#knowledge = new Knowledge(id, NOTHING);
    this.#bodies = Array.from({ length: BODIES }, (_, index) => `${id}-body-${index}`);
    this.#changes = [
      [0.03, this.#delete],
      [0.12, this.#join],
      [0.07, this.#leave],
      [0.18, this.#advance],
      [0.18, this.#record],
      [0.1, this.#adjust],
      [0.1, this.#bear],
      [0.07, this.#pin],
      [0.15, this.#evaluate],
    ];
  }

  get acknowledged(): number {
    return this.#knowledge.acknowledged;
  }

  async change(petri: Petri, random: () => number): Promise<void> {
    const before = this.#knowledge.known;
    if (before.generation === undefined) {
      const { id } = this;
      await this.#to({ generation: 0 }, () => petri.populations.create({ id }));
      return;
    }
    let roll = random();
    const [, change] = this.#changes.find(([weight]) => (roll -= weight) < 0) ?? this.#changes.at(-1)!;
    await change.call(this, petri, before, random);
  }

  async verify(petri: Petri): Promise<void> {
    this.#knowledge.verify(await pictureOf(petri, this.id));
  }

  #to(part: Partial<Picture>, change: () => Promise<unknown>): Promise<void> {
    return this.#knowledge.to({ ...this.#knowledge.known, ...part }, change);
  }

  readonly #delete: Change = ({ populations }) =>
    this.#to({ generation: undefined, members: {} }, () => populations.delete(this.id));

  readonly #join: Change = async ({ sandboxes, populations }, { members, births }, random) => {
    if (!this.#hasBodies) {
      for (const id of this.#bodies) await sandboxes.create({ id, genome: ECHO }).catch(unlessThere);
      this.#hasBodies = true;
    }
    const bodies = this.#bodies.filter((id) => !(id in members));
    const newcomers = this.#born(Object.keys(members), random);
    const after = { ...members, ...withoutScore([...bodies, ...Object.keys(newcomers)]) };
    await this.#to({ members: after, births: { ...births, ...newcomers } }, () =>
      populations.add(this.id, [...bodies, ...membersOf(newcomers)]),
    );
  };

  readonly #leave: Change = ({ populations }, { members }, random) => {
    const leavers = some(Object.keys(members), 0.2, random);
    return this.#to({ members: without(members, leavers) }, () => populations.remove(this.id, leavers));
  };

  readonly #advance: Change = ({ populations }, { generation = 0, members, births }, random) => {
    const survivors = some(Object.keys(members), 0.7, random).slice(0, MOST_MEMBERS);
    const leavers = Object.keys(members).filter((id) => !survivors.includes(id));
    const newcomers = this.#born(Object.keys(members), random);
    const after = {
      generation: generation + 1,
      members: { ...without(members, leavers), ...withoutScore(Object.keys(newcomers)) },
      births: { ...births, ...newcomers },
    };
    const next = { survivors, newcomers: membersOf(newcomers) };
    return this.#to(after, () => populations.advance(this.id, next, { expectedGeneration: generation }));
  };

  readonly #record: Change = ({ fitness }, { generation = 0, members }, random) => {
    const entries = some(Object.keys(members), 0.5, random).map((id) => {
      const score = ++this.#scores;
      return { id, score, components: { twice: score * 2 } };
    });
    const scores = entries.map(({ id, ...rest }): [string, Score] => [
      id,
      { ...rest, adjusted: 0, generation },
    ]);
    return this.#to({ members: { ...members, ...Object.fromEntries(scores) } }, () =>
      fitness.record(this.id, entries),
    );
  };

  readonly #adjust: Change = ({ fitness }, { members }, random) => {
    const scored = Object.entries(members).filter((entry): entry is [string, Score] => entry[1] !== null);
    const chosen = some(scored, 0.5, random);
    const scores = chosen.map(([id, before]): [string, Score] => {
      const { score, adjusted } = before;
      return [id, { ...before, score: score + 0.5, adjusted: Math.min(16, adjusted + 1) }];
    });
    const adjustments = chosen.map(([id]) => ({ id, delta: 0.5, reason: 'crash' }));
    return this.#to({ members: { ...members, ...Object.fromEntries(scores) } }, () =>
      fitness.adjust(this.id, adjustments),
    );
  };

  /** Twice at once: whoever is answered first, it has to be there. */
  readonly #bear: Change = ({ lineage }, { births }, random) => {
    const born = this.#born(Object.keys(births).slice(-20), random);
    const specs = Object.entries(born).map(([id, parents]) => ({ id, parents }));
    return this.#to({ births: { ...births, ...born } }, async () => {
      const both = [lineage.record(specs), lineage.record(specs)];
      await Promise.any(both).catch(() => Promise.all(both));
      void Promise.allSettled(both);
    });
  };

  readonly #pin: Change = ({ pins }, before, random) => {
    const pinned = some(before.pins, 0.5, random);
    if (pinned.length > 0 && random() < 0.5)
      return this.#to({ pins: before.pins.filter((id) => !pinned.includes(id)) }, () => pins.remove(pinned));
    const added = Array.from({ length: 3 }, () => this.#name());
    return this.#to({ pins: [...before.pins, ...added].sort() }, () => pins.add(added));
  };

  /** Each result is recorded by itself, and is there when it is answered. */
  readonly #evaluate: Change = async ({ sandboxes }, before, _random) => {
    const ids = this.#bodies.filter((id) => id in before.members);
    const { generation = 0 } = before;
    const score = ++this.#scores;
    const result: Score = { score, components: {}, adjusted: 0, generation };
    const answered = new Set<string>();
    const fits = (picture: Picture) =>
      ids.every((id) => {
        const found = picture.members[id];
        return isDeepEqual(found, result) || (!answered.has(id) && isDeepEqual(found, before.members[id]));
      }) &&
      isDeepEqual(
        { ...picture, members: without(picture.members, ids) },
        {
          ...before,
          members: without(before.members, ids),
        },
      );
    const spec = { program: { javascript: `export default (candidate) => candidate.call('f', ${score});` } };
    await this.#knowledge.while(fits, async () => {
      const record = { population: this.id, generation };
      for await (const { id, error, recordError } of sandboxes.batchEvaluate(ids, spec, { record })) {
        assert.deepEqual([error, recordError], [undefined, undefined]);
        answered.add(id);
        const { known } = this.#knowledge;
        this.#knowledge.acknowledge({ ...known, members: { ...known.members, [id]: result } });
      }
    });
  };

  /** One to three newborns, and their parents. */
  #born(parents: readonly string[], random: () => number): Record<string, string[]> {
    const count = 1 + Math.floor(random() * 3);
    const candidates = parents.filter((id) => !this.#bodies.includes(id));
    return Object.fromEntries(
      Array.from({ length: count }, () => [this.#name(), some(candidates, 0.3, random).slice(0, 2)]),
    );
  }

  #name(): string {
    return `${this.id}-${String(++this.#names).padStart(6, '0')}`;
  }
}

function some<T>(of: readonly T[], share: number, random: () => number): T[] {
  return of.filter(() => random() < share);
}

function withoutScore(ids: readonly string[]): Record<string, null> {
  return Object.fromEntries(ids.map((id) => [id, null]));
}

function without(members: Picture['members'], ids: readonly string[]): Picture['members'] {
  return Object.fromEntries(Object.entries(members).filter(([id]) => !ids.includes(id)));
}

function membersOf(born: Readonly<Record<string, readonly string[]>>) {
  return Object.entries(born).map(([id, parents]) => ({ id, birth: { parents } }));
}

function unlessThere(thrown: unknown): void {
  if (!(thrown instanceof PetriError) || thrown.code !== 'already_exists') throw thrown;
}

async function pictureOf(petri: Petri, id: string): Promise<Picture> {
  const isOurs = (each: { id: string }) => each.id.startsWith(`${id}-`);
  const births: Record<string, string[]> = {};
  const { nodes, edges } = JSON.parse(await petri.lineage.export()) as {
    nodes: { id: string; foreign: boolean }[];
    edges: { parent: string; child: string }[];
  };
  for (const node of nodes.filter(isOurs)) {
    assert.equal(node.foreign, false, `the birth of ${node.id} is lost`);
    births[node.id] = [];
  }
  for (const { parent, child } of edges) births[child]?.push(parent);
  const pins = (await Array.fromAsync(petri.pins.list({ pageSize: 1000 }))).filter(isOurs);
  const rest = { births, pins: pins.map((pin) => pin.id) };
  try {
    const { generation, size } = await petri.populations.get(id);
    const members = await Array.fromAsync(petri.populations.members(id, { pageSize: 1000 }));
    assert.equal(members.length, size);
    const scores = members.map((member) => [member.id, member.fitness ? scoreOf(member.fitness) : null]);
    return { generation, members: Object.fromEntries(scores) as Picture['members'], ...rest };
  } catch (thrown) {
    if (thrown instanceof PetriError && thrown.code === 'not_found')
      return { generation: undefined, members: {}, ...rest };
    throw thrown;
  }
}

function scoreOf({ score, error, components, adjustments, generation }: Fitness): Score {
  assert.equal(error, undefined);
  assert.ok(score !== undefined);
  return { score, components, adjusted: adjustments.length, generation };
}
