import { once } from 'node:events';
import { evolveOnIslands, kepler, Output, quadratic, type Sink } from '@petri/lab';
import { Cluster } from './cluster.ts';
import type { Surroundings } from './config.ts';
import { natsServerMissing } from './nats-server.ts';
import type { ClusterOptions } from './options.ts';

/** As shells report a process ended by SIGINT. */
const INTERRUPTED = 130;

export type Session = {
  options: ClusterOptions;
  surroundings: Surroundings;
  stdout: Sink;
  stderr: Sink;
  /** Asked to end in order. */
  stop: AbortSignal;
  /** Asked to end at once. */
  abandon: AbortSignal;
};

/** Runs a cluster until it is asked to end, or the demo on it is done. The exit status. */
export async function run(session: Session): Promise<number> {
  const { options, surroundings, stdout, stderr, stop, abandon } = session;
  const missing = natsServerMissing(surroundings.env);
  if (missing !== false) {
    stderr.write(`petri cluster: ${missing}; or start one with "docker compose up"\n`);
    return 1;
  }
  const output = new Output(options.json ? stderr : stdout, surroundings);
  const width = Math.max(...namesOf(options).map((name) => name.length));
  const told = (name: string, line: string) =>
    output.line(`${output.paint('dim', name.padEnd(width))}  ${line}`);
  const failed = Promise.withResolvers<never>();
  const cluster = new Cluster(options, surroundings.env, {
    // Beside the demo's own lines these would only be in the way.
    onLine: (name, line) => options.demo === undefined && told(name, line),
    onNews: (name, sentence) => told(name, output.paint('red', sentence)),
    onFailure: failed.reject,
  });
  abandon.addEventListener('abort', () => cluster.kill(), { once: true });
  const stopped = stop.aborted ? Promise.resolve() : once(stop, 'abort');
  try {
    await Promise.race([cluster.start(), stopped, failed.promise]);
    if (!stop.aborted) {
      announce(cluster, options, output, stdout);
      const ending = options.demo === undefined ? [] : [demo(cluster, options.demo, output, stop)];
      const passed = await Promise.race([...ending, stopped, failed.promise]);
      if (!stop.aborted) return passed === true ? 0 : 1;
      // It puts back what it has changed, for which it needs the cluster.
      await Promise.race([Promise.allSettled(ending), failed.promise]);
    }
    return options.demo === undefined ? 0 : INTERRUPTED;
  } catch (thrown) {
    output.clearStatus();
    stderr.write(`petri cluster: ${(thrown as Error).message}\n`);
    return 1;
  } finally {
    output.status('ending');
    await cluster.stop();
    output.clearStatus();
  }
}

function announce(cluster: Cluster, { json, demo }: ClusterOptions, output: Output, stdout: Sink): void {
  const { nodes, coordinators, natsUrl, pids } = cluster;
  const services = [...nodes, ...coordinators];
  const width = Math.max(...services.map(({ name }) => name.length));
  for (const { name, address } of services) output.line(`  ${name.padEnd(width)}  ${address}`);
  output.line(`  ${'nats'.padEnd(width)}  ${natsUrl}`);
  if (json) {
    const described = services.map((each) => ({ ...each, pid: pids[each.name] }));
    stdout.write(`${JSON.stringify({ nats: { url: natsUrl, pid: pids['nats'] }, services: described })}\n`);
  }
  if (demo === undefined)
    output.line(
      output.paint(
        'bold',
        'petri cluster ready; Ctrl-C ends it. To evolve on it: npm run demo -- --node HOST:PORT',
      ),
    );
}

async function demo(
  { nodes }: Cluster,
  { problem, seed }: NonNullable<ClusterOptions['demo']>,
  output: Output,
  signal: AbortSignal,
): Promise<boolean> {
  const addresses = nodes.map(({ address }) => address);
  const posed = problem === 'kepler' ? await kepler() : quadratic();
  return evolveOnIslands({ addresses, problem: posed, seed, output, signal });
}

function namesOf({ nodes, coordinators }: ClusterOptions): string[] {
  return ['nats', `node-${nodes}`, ...(coordinators > 0 ? [`coordinator-${coordinators}`] : [])];
}
