import { type MigrationSchedule, PetriError } from '@petri/client';
import type { Place } from './archipelago.ts';

/** Whoever ends a demo does not wait for long. */
const IN_TIME = { deadlineMs: 5_000 };

/**
 * Puts a schedule in force until it is disposed of; then the one before is again, unless somebody has decided otherwise
 * meanwhile. `onKept` is told why it could not be.
 */
export async function scheduled(
  [first, ...others]: readonly [Place, ...Place[]],
  schedule: MigrationSchedule,
  onKept: (why: string) => void,
): Promise<AsyncDisposable> {
  const { archipelago } = first.petri;
  const before = await archipelago.policy();
  const revision = await archipelago.setPolicy({ schedule }, before.revision);
  const putBack = async () => {
    let why = '';
    // Any node will do: the first may be gone.
    for (const { petri } of [first, ...others]) {
      try {
        await petri.archipelago.setPolicy({ schedule: before.schedule }, revision, IN_TIME);
        return;
      } catch (thrown) {
        if (thrown instanceof PetriError && thrown.reason === 'STALE_REVISION') return;
        why = (thrown as Error).message;
      }
    }
    onKept(why);
  };
  return { [Symbol.asyncDispose]: putBack };
}
