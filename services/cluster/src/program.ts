import { fileURLToPath } from 'node:url';
import { V8_FLAGS } from '@petri/lab';

/** A process of the cluster: what to run, and how to read it. */
export type Program = {
  /** Shown before its lines. */
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Where it listens, if the line says so: it is ready then. */
  addressIn: (line: string) => string | undefined;
  /** Whether a line is worth showing. */
  shows: (line: string) => boolean;
};

const pathOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const TELEMETRY = new URL('../../../packages/telemetry/src/register.ts', import.meta.url).href;

/** `port` -1 takes any free one. */
export function nats(directory: string, port: number, env: NodeJS.ProcessEnv): Program {
  const listening = ['--addr', '127.0.0.1', '--port', String(port)];
  return {
    name: 'nats',
    command: 'nats-server',
    args: ['--jetstream', '--store_dir', directory, ...listening],
    env,
    addressIn: (line) => /Listening for client connections on (\S+)/.exec(line)?.[1],
    shows: (line) => /\[(?:WRN|ERR|FTL)\]|^nats-server:/.test(line),
  };
}

export function service(kind: 'node' | 'coordinator', name: string, env: NodeJS.ProcessEnv): Program {
  return {
    name,
    command: process.execPath,
    args: [...V8_FLAGS, '--import', TELEMETRY, pathOf(`services/${kind}/src/main.ts`), '--json'],
    env,
    addressIn: (line) => (line.startsWith('{"address":') ? addressOf(line) : undefined),
    shows: () => true,
  };
}

function addressOf(line: string): string {
  return (JSON.parse(line) as { address: string }).address;
}
