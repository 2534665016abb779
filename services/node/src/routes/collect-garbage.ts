import { GarbageReason } from '@petri/contracts/v1';
import type { GarbageReport } from '@petri/population';
import { uint32 } from '../mapping/numbers.ts';
import { duration, timestamp } from '../mapping/time.ts';
import type { AdminRoute } from '../parts.ts';

export const collectGarbage: AdminRoute<'collectGarbage'> =
  ({ collector }) =>
  async ({ dryRun }, { signal }) => {
    const report = await collector.collect({ dryRun, signal });
    return {
      dryRun,
      startedAt: timestamp(report.startedAtMs),
      duration: duration(report.durationMs),
      examined: uint32(report.examined),
      collected: report.collected.map(itemMessage),
      failed: report.failed.map(itemMessage),
      hibernated: report.hibernated,
      spared: uint32(report.spared),
    };
  };

function itemMessage({ id, reason }: GarbageReport['collected'][number]) {
  return { id, reason: GarbageReason[reason] };
}
