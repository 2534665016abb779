import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openRegistry, type Registry } from './registry.ts';
import { MemoryStore } from './store/memory-store.ts';
import type { Change } from './store/store.ts';

/** A store whose writes wait until they are let through, or fail. */
class HeldStore extends MemoryStore {
  #gate: PromiseWithResolvers<void> | undefined;

  hold(): void {
    this.#gate = Promise.withResolvers();
  }

  release(failure?: Error): void {
    if (failure) this.#gate?.reject(failure);
    else this.#gate?.resolve();
    this.#gate = undefined;
  }

  override async commit(changes: readonly Change[]): Promise<void> {
    await this.#gate?.promise;
    return super.commit(changes);
  }
}

/** Whether it is still under way after everything that could settle it has had its turn. */
async function isPending(work: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const done = () => (settled = true);
  work.then(done, done);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  return !settled;
}

/** Changes that leave nothing to change when they are made again. */
const CHANGES: Record<string, (registry: Registry) => Promise<unknown>> = {
  'a birth': ({ lineage }) => lineage.record([{ id: 'a' }, { id: 'b', parents: ['a'] }]),
  'the end of a pin': ({ pins }) => pins.unpin(['pinned']),
  'a deletion': ({ populations }) => populations.delete('p', { allowMissing: true }),
  'a creation': ({ populations }) =>
    populations.create({ id: 'new' }).catch((thrown: { code?: string }) => {
      if (thrown.code !== 'already_exists') throw thrown;
    }),
};

suite('repeated while it is on its way to the store,', () => {
  for (const [name, change] of Object.entries(CHANGES)) {
    const twice = async () => {
      const store = new HeldStore();
      const registry = await openRegistry({ store });
      await registry.populations.create({ id: 'p' });
      await registry.pins.pin(['pinned'], '');
      store.hold();
      const [first, again] = [change(registry), change(registry)];
      assert.deepEqual([await isPending(first), await isPending(again)], [true, true]);
      return { store, registry, first, again };
    };

    test(`${name} is acknowledged when it is there`, async () => {
      const { store, registry, first, again } = await twice();
      store.release();
      await Promise.all([first, again]);
      await change(registry);
    });

    test(`${name} fails where the first one does, and can be made again`, async () => {
      const { store, registry, first, again } = await twice();
      store.release(new Error('the disk is full'));
      await assert.rejects(first, /the disk is full/);
      await assert.rejects(again, /the disk is full/);
      // What is stored is read anew within a few turns.
      await isPending(Promise.resolve());
      await change(registry);
    });
  }
});
