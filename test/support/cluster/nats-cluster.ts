/** Three servers of NATS that are one cluster. */
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { freePort } from '../free-port.ts';
import { type NatsServer, startNatsServer } from '../nats-server.ts';
import { until } from '../until.ts';

export type NatsCluster = AsyncDisposable & {
  urls: readonly string[];
  servers: readonly NatsServer[];
  /** The server that leads the stream now. */
  leaderOf: (stream: string) => Promise<NatsServer | undefined>;
  /** Until all of them are up to date. */
  whole: () => Promise<void>;
};

const SIZE = 3;
const PATIENCE_MS = 60_000;

export async function startNatsCluster(): Promise<NatsCluster> {
  await using stack = new AsyncDisposableStack();
  const ports = await Promise.all(Array.from({ length: SIZE }, () => freePort()));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`);
  const servers = await Promise.all(
    routes.map(async (url, index) => {
      const clustered = ['--cluster', url, '--cluster_name', 'test', '--routes', routes.join()];
      return stack.use(await startNatsServer(['--server_name', nameOf(index), ...clustered]));
    }),
  );
  const urls = servers.map(({ url }) => url);
  const leaderOf = async (stream: string): Promise<NatsServer | undefined> => {
    await using connection = await connecting(urls);
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const info = await manager.streams.info(stream).catch(() => undefined);
    return servers.find((_, index) => nameOf(index) === info?.cluster?.leader);
  };
  const whole = () => until('all servers are up to date', () => allCurrent(urls), PATIENCE_MS);
  await until('the cluster takes streams', () => takesStreams(urls), PATIENCE_MS);
  const owned = stack.move();
  return {
    urls,
    servers,
    leaderOf,
    whole,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const nameOf = (index: number) => `nats-${index}`;

const connecting = async (servers: readonly string[]) => {
  const connection = await connect({ servers: [...servers], timeout: 2_000 });
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
};

async function allCurrent(urls: readonly string[]): Promise<boolean> {
  try {
    await using connection = await connecting(urls);
    const { streams } = await jetstreamManager(connection);
    for await (const { cluster } of streams.list()) {
      const current = cluster?.replicas?.filter((replica) => replica.current && !replica.offline);
      if (current?.length !== SIZE - 1) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** Servers that have not yet found each other say that JetStream is not there. */
async function takesStreams(urls: readonly string[]): Promise<boolean> {
  try {
    await using connection = await connecting(urls);
    const { streams } = await jetstreamManager(connection);
    await streams.add({ name: 'ready', subjects: ['ready'], num_replicas: SIZE });
    return await streams.delete('ready');
  } catch {
    return false;
  }
}
