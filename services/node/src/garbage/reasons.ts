import type { GarbageReason } from '@petri/population';
import type { CollectReason } from '@petri/sandbox';

/** As metrics and events name it. */
export function collectReason(reason: GarbageReason): CollectReason {
  return reason.toLowerCase() as Lowercase<GarbageReason>;
}
