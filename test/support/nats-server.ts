/** A real nats-server with JetStream, on a port and in a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natsServerMissing } from '@petri/service-cluster';
import { until } from './until.ts';

/** Why tests with NATS are skipped; false if they are not. */
export const WITHOUT_NATS: string | false = natsServerMissing(process.env);

export type NatsServer = AsyncDisposable & {
  /** Such as "nats://127.0.0.1:34567". The same after a restart. */
  url: string;
  child: () => ChildProcess;
  /** Ends it, by default as a crash does. What JetStream had acknowledged is on disk. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** After `kill`. */
  restart(): Promise<void>;
};

/** `args` are added to the command line. */
export async function startNatsServer(args: readonly string[] = []): Promise<NatsServer> {
  const directory = mkdtempSync(join(tmpdir(), 'petri-nats-'));
  let child: ChildProcess | undefined;
  const kill = async (signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL') => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const dispose = async () => {
    await kill();
    rmSync(directory, { recursive: true, force: true });
  };
  const run = async (port: number): Promise<number> => {
    const [store, ports] = [join(directory, 'store'), join(directory, 'ports')];
    rmSync(ports, { recursive: true, force: true });
    const listen = ['--addr', '127.0.0.1', '--port', String(port), '--ports_file_dir', directory];
    child = spawn('nats-server', ['--jetstream', '--store_dir', store, ...listen, ...args], {
      stdio: 'ignore',
    });
    const file = join(directory, `nats-server_${child.pid}.ports`);
    const urls: string[] = [];
    await until('nats-server says where it listens', () => {
      if (child?.exitCode !== null) throw new Error(`nats-server ended with ${child?.exitCode}`);
      urls.push(...portsIn(file));
      return urls.length > 0;
    });
    return Number(new URL(urls[0]!).port);
  };
  try {
    const port = await run(-1);
    const restart = async () => void (await run(port));
    const url = `nats://127.0.0.1:${port}`;
    return { url, child: () => child!, kill, restart, [Symbol.asyncDispose]: dispose };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}

/** Empty while the file is not there, or only half of it. */
function portsIn(file: string): string[] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { nats: string[] }).nats;
  } catch {
    return [];
  }
}
