import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BatchRunEntrySchema } from '@petri/contracts/v1';
import type { BenchNode } from './node.ts';
import { call, genome, SANDBOXES, smallResult, smallSource } from './small.ts';

export async function createResidents({ sandboxes }: BenchNode): Promise<void> {
  const requests = Array.from({ length: SANDBOXES }, (_, n) => ({
    id: `s${n}`,
    genome: genome(smallSource(n)),
  }));
  const { items } = await sandboxes.batchCreate({ requests });
  const failed = items.find(({ result }) => result.case !== 'sandbox');
  if (failed) throw new Error(`sandbox ${failed.id} was not created`);
}

/** A run of the small function for each argument from 0, in the sandboxes by turns. */
export function smallRuns(runs: number): MessageInitShape<typeof BatchRunEntrySchema>[] {
  return Array.from({ length: runs }, (_, i) => ({ id: `s${i % SANDBOXES}`, spec: call('f', i) }));
}

/**
 * `wrong` counts results that are not what the function returns, `lost` entries without exactly one result, `again`
 * those that more than one worker was given (as far as there are receipts).
 */
export type BatchFigures = { perSecond: number; wrong: number; lost: number; again: number };

export async function batchRun(
  { sandboxes }: BenchNode,
  entries: MessageInitShape<typeof BatchRunEntrySchema>[],
  omitReceipts: boolean,
): Promise<BatchFigures> {
  const seen = new Uint8Array(entries.length);
  let [wrong, again] = [0, 0];
  const started = performance.now();
  for await (const { items } of sandboxes.batchRun({ entries, omitReceipts }))
    for (const { index, result } of items) {
      seen[index]!++;
      const run = result.case === 'run' ? result.value : undefined;
      if (run?.receipt && run.receipt.attempt > 1) again++;
      const kind = run?.value?.kind;
      const value = kind?.case === 'numberValue' ? kind.value : undefined;
      if (value !== smallResult(index % SANDBOXES, index)) wrong++;
    }
  const perSecond = (entries.length / (performance.now() - started)) * 1000;
  return { perSecond, wrong, again, lost: seen.filter((times) => times !== 1).length };
}
