import { readFile } from 'node:fs/promises';
import { connect as connectClient } from '@petri/client';
import type { ConnectOptions, Petri } from '@petri/client';
import type { Connection } from '../demo/connection.ts';
import type { Options } from '../demo/options.ts';
import type { Outcome } from '../evolution/evaluator.ts';
import { NodeEvaluator } from './evaluator.ts';
import { NodeProcess } from './process.ts';

/** A node that runs answers at once; whoever mistyped its address should not wait. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Reaches the node that the options name, or starts one with this environment and stops it when disposed of. */
export async function connect(options: Options, env: NodeJS.ProcessEnv): Promise<Connection> {
  const { node } = options;
  const settings = await settingsOf(options);
  await using resources = new AsyncDisposableStack();
  const address = node ?? resources.use(await NodeProcess.start({ env })).address;
  const petri = resources.use(await connectClient(address, settings));
  await petri.waitUntilServing();
  const before = await status(petri);
  const owned = resources.move();
  return {
    address,
    started: node === undefined,
    workers: before.workers,
    evaluator: (isolation) => new NodeEvaluator(petri.sandboxes, isolation === 'realm' ? 'REALM' : 'ISOLATE'),
    kills: async () => difference((await status(petri)).kills, before.kills),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function settingsOf({ ca, tokenFile }: Options): Promise<ConnectOptions> {
  return {
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    ...(ca !== undefined && { tls: { ca: await readFile(ca) } }),
    ...(tokenFile !== undefined && { token: (await readFile(tokenFile, 'utf8')).trim() }),
  };
}

type Kills = Readonly<Partial<Record<Outcome, number>>>;

async function status(petri: Petri): Promise<{ kills: Kills; workers: number }> {
  const { kills, workers } = await petri.admin.status();
  return { kills, workers: workers.filter(({ state }) => state === 'ACTIVE' || state === 'HELD').length };
}

/** What has come since, on a node that others may use too. */
function difference(now: Kills, before: Kills): Kills {
  const grown = Object.entries(now).map(
    ([outcome, count]) => [outcome, count - (before[outcome as Outcome] ?? 0)] as const,
  );
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}
