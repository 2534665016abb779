/** What the compliance suites share. */
import assert from 'node:assert/strict';
import { type Migration } from '@petri/contracts/v1';
import { until } from '../../../test/support/until.ts';
import type { Transport } from '../src/transport/transport.ts';
import { type TestNode } from './archipelago.ts';

/** Declares a test on an archipelago that is empty, to which `connect` makes connections. */
export type Within = (what: string, run: (connect: () => Promise<Transport>) => Promise<void>) => void;

export function eachKnowsTheOther(...nodes: TestNode[]): Promise<void> {
  return until('each knows the other', () =>
    nodes.every((each) => each.archipelago.membership.list().length === nodes.length),
  );
}

export async function settled({ archipelago }: TestNode, id: string): Promise<Migration> {
  const seen: Migration[] = [];
  await until(`the migration ${id} is settled`, async () => {
    const report = await archipelago.ledger.report(id);
    seen.splice(0, 1, report);
    const { sent, admitted, duplicate, rejected, dropped, inFlight } = report;
    assert.equal(sent, admitted + duplicate + rejected + dropped + inFlight);
    return sent > 0 && inFlight === 0;
  });
  return seen[0]!;
}

export function disposable(made: TestNode): TestNode & AsyncDisposable {
  return { ...made, [Symbol.asyncDispose]: () => made.archipelago.close() };
}
