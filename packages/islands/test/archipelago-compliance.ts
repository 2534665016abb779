/** What an archipelago does, whatever connects it. */
import { test } from 'node:test';
import type { Transport } from '../src/transport/transport.ts';
import type { Within } from './compliance.ts';
import { coordinationCompliance } from './coordination-compliance.ts';
import { migrationCompliance } from './migration-compliance.ts';

/** `found` gives the way to make connections to an archipelago that is empty. */
export function archipelagoCompliance(
  name: string,
  skip: string | false,
  found: () => Promise<{ connect: () => Promise<Transport> } & AsyncDisposable>,
): void {
  const within: Within = (what, run) =>
    void test(what, { skip, timeout: 30_000 }, async () => {
      await using archipelago = await found();
      await run(archipelago.connect);
    });

  migrationCompliance(name, within);
  coordinationCompliance(name, within);
}
