/** Nodes of a test's archipelago, fast enough to see them come and go. */
import { systemClock } from '@petri/core';
import { Archipelago } from '../src/archipelago.ts';
import { Sealer, type SigningKey } from '../src/migration/envelope.ts';
import type { MigrationResult, Travel } from '../src/migration/events.ts';
import type { Transport } from '../src/transport/transport.ts';
import { FakeIslands } from './fake-port.ts';

/** Of those that join from then on; who has a server between has to be patient with it. */
export const pace = { beatMs: 20, leaseMs: 120 };

export type TestNode = {
  archipelago: Archipelago;
  islands: FakeIslands;
  events: (Travel & MigrationResult)[];
  errors: unknown[];
};

/** A node with one island of its own name, on which these live. */
export async function node(
  transport: Transport,
  name: string,
  values: readonly number[],
  {
    keys = [],
    messages = 100,
    perSender = messages,
    leads = false,
  }: { keys?: readonly SigningKey[]; messages?: number; perSender?: number; leads?: boolean } = {},
): Promise<TestNode> {
  const islands = new FakeIslands().settle(name, ...values);
  const events: TestNode['events'] = [];
  const errors: unknown[] = [];
  const archipelago = await Archipelago.join({
    transport,
    clock: systemClock,
    beatMs: pace.beatMs,
    host: {
      node: name,
      islands: [name],
      port: islands,
      sealer: new Sealer(keys),
      describe: () => ({ address: `${name}:1` }),
      inbox: { messages, bytes: 2 ** 30, perSender },
      onMigration: async (travel, move) => {
        const moved = await move();
        if (moved) events.push({ ...travel, ...moved });
      },
    },
    coordinator: leads ? { id: name, leaseMs: pace.leaseMs, onLeading: () => undefined } : undefined,
    onMembership: () => undefined,
    onError: (thrown) => void errors.push(thrown),
  });
  return { archipelago, islands, events, errors };
}

export function coordinator(transport: Transport, id: string): Promise<Archipelago> {
  return Archipelago.join({
    transport,
    clock: systemClock,
    beatMs: pace.beatMs,
    host: undefined,
    coordinator: { id, leaseMs: pace.leaseMs, onLeading: () => undefined },
    onMembership: () => undefined,
    onError: () => undefined,
  });
}
