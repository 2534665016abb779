import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BatchRunEntry, BatchRunItemSchema, BatchRunRequest } from '@petri/contracts/v1';
import type { RunSpec } from '@petri/sandbox';
import type { Sized } from '../batch.ts';
import { itemError } from '../item-error.ts';
import { mapped, type Problems } from '../mapping/problems.ts';
import { readRunSpec, runResultMessage } from '../mapping/run.ts';
import { sizeOfRun } from '../mapping/sizes.ts';
import type { SandboxRoute } from '../parts.ts';
import { streamBatch } from '../stream-batch.ts';
import { Tally } from '../tally.ts';

/** About 10 MB of requests; a stream of results has no natural end for a reader beyond that. */
const MAX_ENTRIES = 100_000;

type Item = MessageInitShape<typeof BatchRunItemSchema>;

export const batchRun: SandboxRoute<'batchRun'> = (parts) =>
  async function* (request, context) {
    const { signal, method } = context;
    const { clock, events } = parts;
    const sandboxes = parts.sandboxesOf(context);
    const { entries, maxConcurrency, omitReceipts } = request;
    const shared = mapped((problems) => readShared(problems, request));
    const tally = new Tally(clock, entries.length);

    const run = async (entry: BatchRunEntry, index: number, stop: AbortSignal): Promise<Sized<Item>> => {
      const { id } = entry;
      try {
        const result = await sandboxes.run(id, specOf(entry, index, shared), {
          signal: stop,
          patient: true,
        });
        tally.outcome(result.outcome, result.receipt);
        const message = (): Item => {
          const value = runResultMessage(result, !omitReceipts || result.outcome !== 'COMPLETED');
          return { index, id, result: { case: 'run', value } };
        };
        return { message, bytes: sizeOfRun(result) };
      } catch (thrown) {
        tally.error();
        const result = itemError(parts, thrown, method);
        return { message: () => ({ index, id, result }), bytes: 0 };
      }
    };

    const window = sandboxes.window(maxConcurrency);
    yield* streamBatch(
      { events, kind: 'run', tenant: sandboxes.tenant, tally },
      { items: entries, run, window, signal },
    );
  };

function readShared(problems: Problems, { entries, spec }: BatchRunRequest): RunSpec | undefined {
  problems.atMost('entries', entries.length, MAX_ENTRIES);
  return spec && problems.within('spec', () => readRunSpec(problems, spec));
}

function specOf({ id, spec }: BatchRunEntry, index: number, shared: RunSpec | undefined): RunSpec {
  return mapped((problems) => {
    problems.id('id', id);
    if (!spec && !shared) problems.add('spec', 'is required, as the batch has none');
    const own = spec && problems.within('spec', () => readRunSpec(problems, spec));
    if (problems.count > 0) problems.under(`entries[${index}]`, 0);
    return own ?? shared!;
  });
}
