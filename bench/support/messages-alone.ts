import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { toValue } from '@petri/contracts';
import { BatchRunRequestSchema, BatchRunResponseSchema, Outcome } from '@petri/contracts/v1';
import { smallRuns } from './resident.ts';

/** Results of one message, about as many as the node sends. */
const ITEMS = 100;
const REPEATS = 5;

/** CPU time that the messages of a BatchRun take by themselves at each end, in microseconds per run. */
export function messagesAlone(runs: number): { client: number; node: number } {
  const entries = smallRuns(runs);
  const items = entries.map((entry, index) => ({
    index,
    id: entry.id!,
    result: {
      case: 'run' as const,
      value: { outcome: Outcome.COMPLETED, value: toValue(index * index, 'value') },
    },
  }));
  const responses: MessageInitShape<typeof BatchRunResponseSchema>[] = [];
  for (let i = 0; i < items.length; i += ITEMS) responses.push({ items: items.slice(i, i + ITEMS) });
  let best = { client: Infinity, node: Infinity };
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const started = performance.now();
    const request = toBinary(BatchRunRequestSchema, create(BatchRunRequestSchema, { entries }));
    const sent = performance.now();
    fromBinary(BatchRunRequestSchema, request);
    const answers = responses.map((response) =>
      toBinary(BatchRunResponseSchema, create(BatchRunResponseSchema, response)),
    );
    const answered = performance.now();
    for (const answer of answers) fromBinary(BatchRunResponseSchema, answer);
    const client = sent - started + performance.now() - answered;
    best = { client: Math.min(best.client, client), node: Math.min(best.node, answered - sent) };
  }
  return { client: (best.client / runs) * 1000, node: (best.node / runs) * 1000 };
}
