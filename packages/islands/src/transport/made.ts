import { unavailable } from '@petri/core';

/** Longer than a coordinator takes to start, or a standby to lead. */
const PATIENCE_MS = 30_000;
const POLL_MS = 100;

/**
 * Waits for what others make.
 *
 * @throws PetriError `unavailable` if nobody does.
 */
export async function made(what: string, isThere: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isThere())) {
    if (performance.now() > deadline) {
      throw unavailable('NOT_MADE', `${what} is for a coordinator to make, and none has: is one running?`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
