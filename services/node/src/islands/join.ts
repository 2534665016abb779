import type { Clock } from '@petri/core';
import { Archipelago, INBOX, leadingSentence, openTransport, Sealer } from '@petri/islands';
import type { Registry } from '@petri/population';
import type { SandboxEvents, SandboxRuntime } from '@petri/sandbox';
import type { Evaluators } from './evaluators.ts';
import { NodeIslands } from './node-islands.ts';
import type { IslandsConfig } from './settings.ts';
import { tellOfMembers, tellOfMigrants } from './telling.ts';

type Joining = {
  config: IslandsConfig;
  runtime: SandboxRuntime;
  registry: Registry;
  evaluators: Evaluators;
  events: SandboxEvents;
  clock: Clock;
  /** Where others reach this node; asked for with each beat. */
  address: () => string;
  /** Told in a sentence what went wrong in the background, and is tried again. */
  complain: (sentence: string) => void;
  /** Told in a sentence what other nodes do. */
  inform: (sentence: string) => void;
};

/** @throws PetriError `unavailable` if NATS is configured, and does not answer. */
export async function joinArchipelago(joining: Joining): Promise<Archipelago> {
  const { config, runtime, events, clock, address, complain, inform } = joining;
  const { node, islands, beatMs, leaseMs, migrantKey } = config;
  const keys = migrantKey === undefined ? [] : [{ id: 'shared', secret: Buffer.from(migrantKey) }];
  const port = new NodeIslands({ ...joining, node, islands });
  const onLeading = (leading: boolean) => {
    if (config.natsServers.length > 0) inform(leadingSentence(node, leading));
  };
  return Archipelago.join({
    transport: await openTransport(config, config.node),
    clock,
    beatMs,
    host: {
      node,
      islands,
      port,
      sealer: new Sealer(keys),
      describe: () => ({ address: address(), load: loadOf(runtime) }),
      inbox: INBOX,
      onMigration: tellOfMigrants(events, port),
    },
    coordinator: leaseMs === 0 ? undefined : { id: node, leaseMs, onLeading },
    onMembership: tellOfMembers({ events, self: node, inform, complain }),
    onError: (thrown) => complain(`archipelago: ${(thrown as Error).message}`),
  });
}

function loadOf(runtime: SandboxRuntime) {
  const { workers, sandboxes } = runtime.status();
  return {
    workers: workers.length,
    runs: workers.reduce((sum, { inFlight }) => sum + inFlight, 0),
    sandboxes: Object.values(sandboxes).reduce((sum, count) => sum + count, 0),
  };
}
