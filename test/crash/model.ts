import assert from 'node:assert/strict';
import { PetriError } from '@petri/core';
import type { Petri } from '@petri/client';

/** Its state is `count` and a filling whose size follows from it, so that half of a write would show. */
export const source = (version: number) => `
  import { state } from 'petri:sandbox';
  const filling = () => 'x'.repeat((state.count % 40) * 500);
  export const add = () => { state.count = (state.count ?? 0) + 1; state.filling = filling(); return state.count; };
  export const look = () => {
    state.count ??= 0;
    return { count: state.count, version: ${version}, whole: (state.filling ?? '') === filling() };
  };`;

export type Picture = { count: number; version: number; maxTasks: number };

const BURST = 12;
const FIRST: Picture = { count: 0, version: 1, maxTasks: 100 };

/**
 * What is known of one sandbox: what it was when last asked, and, of the one change that may be under way, what it may have
 * made of that. Absent is undefined.
 */
export class Slot {
  readonly id: string;
  #known: Picture | undefined;
  /** Whether a picture is what the change that has not been answered can have led to. */
  #inDoubt: ((picture: Picture | undefined) => boolean) | undefined;
  acknowledged = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** One change, chosen by `random`; it rejects when the node dies under it. */
  async change({ sandboxes }: Petri, random: () => number): Promise<void> {
    const before = this.#known;
    const { id } = this;
    if (before === undefined) {
      await this.#to(FIRST, () => sandboxes.create({ id, genome: source(1) }));
      return;
    }
    const roll = random();
    if (roll < 0.1) await this.#to(undefined, () => sandboxes.destroy(id));
    else if (roll < 0.3) {
      const version = before.version + 1;
      await this.#to({ ...before, version }, () => sandboxes.reload(id, source(version)));
    } else if (roll < 0.4) {
      const maxTasks = 1 + Math.floor(random() * 99);
      await this.#to({ ...before, maxTasks }, () => sandboxes.updateLimits(id, { maxTasks }));
    } else if (roll < 0.45) {
      await this.#to({ ...before, count: 0 }, () => sandboxes.restart(id, { resetState: true }));
    } else await this.#burst(before, (signalled) => sandboxes.call(id, 'add').then(signalled));
  }

  /** Fails if the node has not all that it acknowledged, or has half of anything; what it has is known from then on. */
  async verify({ sandboxes }: Petri): Promise<void> {
    const picture = await pictureOf(sandboxes, this.id);
    const fits = isDeepEqual(picture, this.#known) || this.#inDoubt?.(picture) === true;
    assert.ok(fits, `${this.id} is ${text(picture)}, should be ${text(this.#known)} or what was under way`);
    this.#known = picture;
    this.#inDoubt = undefined;
  }

  async #to(after: Picture | undefined, change: () => Promise<unknown>): Promise<void> {
    this.#inDoubt = (picture) => isDeepEqual(picture, after);
    await change();
    this.#acknowledge(after);
  }

  /** Several runs at once, each of which may be answered or not. */
  async #burst(before: Picture, add: (signalled: () => void) => Promise<void>): Promise<void> {
    let answered = before.count;
    const most = before.count + BURST;
    this.#inDoubt = (picture) =>
      picture !== undefined &&
      picture.count >= answered &&
      picture.count <= most &&
      isDeepEqual({ ...picture, count: 0 }, { ...before, count: 0 });
    const runs = Array.from({ length: BURST }, () =>
      add(() => {
        answered++;
        this.#known = { ...before, count: answered };
        this.acknowledged++;
      }),
    );
    const failed = (await Promise.allSettled(runs)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    this.#inDoubt = undefined;
  }

  #acknowledge(after: Picture | undefined): void {
    this.acknowledged++;
    this.#known = after;
    this.#inDoubt = undefined;
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

function isDeepEqual(left: unknown, right: unknown): boolean {
  try {
    assert.deepEqual(left, right);
    return true;
  } catch {
    return false;
  }
}

function text(picture: Picture | undefined): string {
  return picture === undefined ? 'absent' : JSON.stringify(picture);
}
