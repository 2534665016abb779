/** Short ways to say what requests are made of, and to read streams. */
import assert from 'node:assert/strict';
import { toValue } from '@petri/contracts';
import type { BatchSummary } from '@petri/contracts/v1';

export const call = (name: string, ...args: unknown[]) => ({
  target: {
    case: 'call' as const,
    value: { function: name, arguments: args.map((arg) => toValue(arg, '')) },
  },
});

export const javascript = (source: string) => ({ code: { case: 'javascript' as const, value: source } });

export const suiteOf = (...cases: object[]) => ({ evaluator: { case: 'suite' as const, value: { cases } } });

/** All that a batch answered; its items are in the order of the request. */
export async function drained<I extends { index: number }>(
  stream: AsyncIterable<{ items: I[]; summary?: BatchSummary | undefined }>,
) {
  const items: I[] = [];
  let messages = 0;
  let summary: BatchSummary | undefined;
  for await (const message of stream) {
    assert.equal(summary, undefined, 'the summary is in the last message');
    items.push(...message.items);
    ({ summary } = message);
    messages++;
  }
  assert.ok(summary);
  return { items: items.sort((a, b) => a.index - b.index), messages, summary };
}
