import { setImmediate as nextTurn } from 'node:timers/promises';
import { PetriError, unavailable } from '@petri/core';
import type { Books, Registry, Restoration, Restored } from '@petri/population';
import type { SandboxRuntime } from '@petri/sandbox';
import type { TenantView } from '../tenants/view.ts';
import { type Contents, contentsOf, sandboxesOf } from './contents.ts';
import type { Spool } from './spool.ts';

/** Sandboxes that are built at once: enough to keep workers busy, few enough for runs to get through. */
const AT_ONCE = 16;
/** Of the archives that are held for it. */
const HELD_BYTES = 64 * 1024 * 1024;

type Target = {
  books: Books;
  sandboxes: TenantView;
  /** Ends it, and takes back what was done. */
  signal: AbortSignal;
};

export type RestoredPopulation = Restored & { sandboxes: number };

/**
 * Restores the population of a checkpoint that is there in full, all of it or nothing. '' is the checkpoint's id.
 *
 * @throws PetriError, and nothing has changed then
 */
export async function restorePopulation(
  spool: Spool,
  id: string,
  { books, sandboxes, signal }: Target,
): Promise<RestoredPopulation> {
  const contents = await contentsOf(spool.read());
  const { checkpoint } = contents;
  const { population } = checkpoint;
  const ids = new Set(contents.sandboxes.keys());
  const restoration = await books.checkpoints.begin(checkpoint, { id: id || population.id, sandboxes: ids });
  const made = new Set<string>();
  try {
    sandboxes.admit([...contents.sandboxes.values()]);
    const names = { from: population.id, to: id || population.id };
    await build(spool, { contents, names, token: restoration.token, made, sandboxes, signal });
    return { ...(await restoration.commit()), sandboxes: made.size };
  } catch (thrown) {
    await takenBack(restoration, made, sandboxes, thrown);
    throw thrown;
  }
}

type Building = {
  contents: Contents;
  /** What sandboxes of the population call it. */
  names: { from: string; to: string };
  token: string;
  /** Ids of those that are there, for whoever has to take them back. */
  made: Set<string>;
  sandboxes: TenantView;
  signal: AbortSignal;
};

/** Resolves or rejects when nothing is under way any more. */
async function build(spool: Spool, { names, token, made, sandboxes, signal, contents }: Building) {
  const { tenant } = contents.checkpoint.population;
  const most = Math.min(AT_ONCE, sandboxes.window());
  const pending = new Set<Promise<void>>();
  let heldBytes = 0;
  const isFull = (next: number) =>
    pending.size >= most || (pending.size > 0 && heldBytes + next > HELD_BYTES);
  const failed: unknown[] = [];
  for await (const { archive, error, bytes } of sandboxesOf(spool.read())) {
    while (isFull(bytes)) await Promise.race(pending);
    if (signal.aborted) failed.push(signal.reason);
    if (failed.length > 0) break;
    heldBytes += bytes;
    const population = archive.population === names.from ? names.to : archive.population;
    const building = sandboxes
      .import({ ...archive, tenant, population }, { restore: token, ...(error ? { error } : {}) })
      .then(({ id }) => void made.add(id))
      .catch((thrown: unknown) => void failed.push(thrown))
      .finally(() => {
        pending.delete(building);
        heldBytes -= bytes;
      });
    pending.add(building);
  }
  await Promise.all(pending);
  if (failed.length > 0) throw failed[0];
}

/** Until nothing is left. `why` it is taken back. @throws PetriError `unavailable`, reason RESTORE_UNFINISHED */
async function takenBack(
  restoration: Restoration,
  made: Iterable<string>,
  sandboxes: TenantView,
  why: unknown,
): Promise<void> {
  try {
    for (const id of made) {
      await nextTurn();
      await sandboxes.destroy(id, { graceMs: 0 }).catch(unlessGone);
    }
    await restoration.abandon();
  } catch (cause) {
    const { message } = PetriError.from(why);
    throw unavailable(
      'RESTORE_UNFINISHED',
      `nothing was restored (${message}), but some sandboxes could not be destroyed again: they are when the node next starts`,
      { cause },
    );
  }
}

/** Its owner was faster. */
function unlessGone(thrown: unknown): void {
  if (PetriError.from(thrown).code !== 'not_found') throw thrown;
}

/** Takes back what a node did not live to finish. */
export async function undoUnfinished(registry: Registry, runtime: SandboxRuntime): Promise<void> {
  for (const restore of registry.unfinishedRestores()) {
    for (const id of runtime.ids())
      if (runtime.find(id)?.restore === restore.token) await runtime.destroy(id, { graceMs: 0 });
    await registry.abandonRestore(restore);
  }
}
