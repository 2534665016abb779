import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, credentials } from '@grpc/grpc-js';
import { createServiceClient, messageSizeLimit, type ServiceClient } from '@petri/contracts';
import {
  AdminService,
  ArchipelagoService,
  EventService,
  PopulationService,
  SandboxService,
  WorkerState,
} from '@petri/contracts/v1';
import { V8_FLAGS } from '../../test/support/v8-flags.ts';

const ENTRY = fileURLToPath(new URL('../../services/node/src/main.ts', import.meta.url));
const REGISTER = new URL('../../packages/telemetry/src/register.ts', import.meta.url).href;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export type BenchNode = AsyncDisposable & {
  pid: number;
  address: string;
  sandboxes: ServiceClient<typeof SandboxService>;
  admin: ServiceClient<typeof AdminService>;
  events: ServiceClient<typeof EventService>;
  populations: ServiceClient<typeof PopulationService>;
  archipelago: ServiceClient<typeof ArchipelagoService>;
};

/** Its processes that run guests. */
export async function activeWorkers({ admin }: BenchNode): Promise<number[]> {
  const { workers } = await admin.getNodeStatus({});
  return workers.filter(({ state }) => state === WorkerState.ACTIVE).map(({ pid }) => pid);
}

export const dial = (address: string): Client =>
  new Client(address, credentials.createInsecure(), messageSizeLimit(MAX_MESSAGE_BYTES));

export type BenchNodeOptions = {
  /** Loads OpenTelemetry as `npm start` does, with these variables. Default: it is not loaded at all. */
  telemetry?: Readonly<Record<string, string>>;
  /** Default: everything is in memory. */
  dataDirectory?: string;
  /** More variables of the node's. */
  environment?: Readonly<Record<string, string>>;
};

/** A node in a process of its own, as a user would start it, with a worker for each core. */
export async function startNode({
  telemetry,
  dataDirectory,
  environment,
}: BenchNodeOptions = {}): Promise<BenchNode> {
  const args = [...V8_FLAGS, ...(telemetry ? ['--import', REGISTER] : []), ENTRY, '--json'];
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      ...telemetry,
      PETRI_PORT: '0',
      PETRI_WORKERS: String(availableParallelism()),
      ...environment,
      ...(dataDirectory === undefined ? {} : { PETRI_DATA_DIR: dataDirectory }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const failed = once(child, 'exit').then(([status]) => {
    throw new Error(`the node ended with ${status} instead of serving`);
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), failed])) as [string];
  failed.catch(() => undefined); // its end is ours from here on
  const { address, pid } = JSON.parse(line) as { address: string; pid: number };
  const client = dial(address);
  return {
    pid,
    address,
    sandboxes: createServiceClient(SandboxService, client),
    admin: createServiceClient(AdminService, client),
    events: createServiceClient(EventService, client),
    populations: createServiceClient(PopulationService, client),
    archipelago: createServiceClient(ArchipelagoService, client),
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      client.close();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
