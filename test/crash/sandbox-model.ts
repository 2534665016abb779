import assert from 'node:assert/strict';
import { PetriError } from '@petri/core';
import type { Petri } from '@petri/client';
import { isDeepEqual, Knowledge } from './knowledge.ts';
import type { Model } from './model.ts';

/** Its state is `count` and a filling whose size follows from it, so that half of a write would show. */
export const source = (version: number) => `
  import { state } from 'petri:sandbox';
  const filling = () => 'x'.repeat((state.count % 40) * 500);
  export const add = () => { state.count = (state.count ?? 0) + 1; state.filling = filling(); return state.count; };
  export const look = () => {
    state.count ??= 0;
    return { count: state.count, version: ${version}, whole: (state.filling ?? '') === filling() };
  };`;

type Picture = { count: number; version: number; maxTasks: number };

const BURST = 12;
const FIRST: Picture = { count: 0, version: 1, maxTasks: 100 };

/** One sandbox: created, run, reloaded, limited, restarted and destroyed. */
export class SandboxModel implements Model {
  readonly id: string;
  /** Absent is undefined. */
  readonly #knowledge: Knowledge<Picture | undefined>;

  constructor(id: string) {
    this.id = id;
    this.#knowledge = new Knowledge<Picture | undefined>(id, undefined);
  }

  get acknowledged(): number {
    return this.#knowledge.acknowledged;
  }

  async change({ sandboxes }: Petri, random: () => number): Promise<void> {
    const knowledge = this.#knowledge;
    const before = knowledge.known;
    const { id } = this;
    if (before === undefined) {
      await knowledge.to(FIRST, () => sandboxes.create({ id, genome: source(1) }));
      return;
    }
    const roll = random();
    if (roll < 0.1) await knowledge.to(undefined, () => sandboxes.destroy(id));
    else if (roll < 0.3) {
      const version = before.version + 1;
      await knowledge.to({ ...before, version }, () => sandboxes.reload(id, source(version)));
    } else if (roll < 0.4) {
      const maxTasks = 1 + Math.floor(random() * 99);
      await knowledge.to({ ...before, maxTasks }, () => sandboxes.updateLimits(id, { maxTasks }));
    } else if (roll < 0.45) {
      await knowledge.to({ ...before, count: 0 }, () => sandboxes.restart(id, { resetState: true }));
    } else await this.#burst(before, () => sandboxes.call(id, 'add'));
  }

  async verify({ sandboxes }: Petri): Promise<void> {
    this.#knowledge.verify(await pictureOf(sandboxes, this.id));
  }

  /** Several runs at once, each of which may be answered or not. */
  async #burst(before: Picture, add: () => Promise<unknown>): Promise<void> {
    let answered = before.count;
    const most = before.count + BURST;
    const fits = (picture: Picture | undefined) =>
      picture !== undefined &&
      picture.count >= answered &&
      picture.count <= most &&
      isDeepEqual({ ...picture, count: 0 }, { ...before, count: 0 });
    await this.#knowledge.while(fits, async () => {
      const runs = Array.from({ length: BURST }, async () => {
        await add();
        this.#knowledge.acknowledge({ ...before, count: ++answered });
      });
      const failed = (await Promise.allSettled(runs)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    });
  }
}

async function pictureOf(sandboxes: Petri['sandboxes'], id: string): Promise<Picture | undefined> {
  try {
    const { limits } = await sandboxes.get(id);
    const { whole, ...seen } = (await sandboxes.call(id, 'look')) as Picture & { whole: boolean };
    assert.ok(whole, `the state of ${id} is half-written`);
    return { ...seen, maxTasks: limits.maxTasks };
  } catch (thrown) {
    if (thrown instanceof PetriError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
}
