/** A node on a port of its own, with clients for it. */
import { Client, credentials } from '@grpc/grpc-js';
import { createServiceClient, messageSizeLimit, type ServiceClient } from '@petri/contracts';
import { AdminService, SandboxService } from '@petri/contracts/v1';
import type { PetriError } from '@petri/core';
import type { SandboxRuntime } from '@petri/sandbox';
import type { NodeConfig } from '../src/config.ts';
import { type NodeOptions, type RunningNode, startNode } from '../src/server.ts';
import { type FakeRuntime, fakeRuntime } from './fake-runtime.ts';

export const CONFIG: NodeConfig = {
  host: '127.0.0.1',
  port: 0,
  workers: 1,
  spares: 0,
  drainTimeoutMs: 5_000,
  maxMessageBytes: 8 * 1024 * 1024,
  readyJson: false,
};

export type TestNode = AsyncDisposable & {
  node: RunningNode;
  runtime: FakeRuntime;
  raw: Client;
  client: ServiceClient<typeof SandboxService>;
  admin: ServiceClient<typeof AdminService>;
  /** Errors that went out as INTERNAL. */
  internal: PetriError[];
};

export async function testNode(
  methods: Partial<SandboxRuntime> = {},
  { config = {}, ...options }: NodeOptions & { config?: Partial<NodeConfig> } = {},
): Promise<TestNode> {
  const runtime = fakeRuntime(methods);
  const internal: PetriError[] = [];
  const onInternalError = (error: PetriError) => void internal.push(error);
  const node = await startNode({ ...CONFIG, ...config }, { runtime, onInternalError, ...options });
  const raw = new Client(
    node.address,
    credentials.createInsecure(),
    messageSizeLimit(CONFIG.maxMessageBytes),
  );
  return {
    node,
    runtime,
    raw,
    client: createServiceClient(SandboxService, raw),
    admin: createServiceClient(AdminService, raw),
    internal,
    async [Symbol.asyncDispose]() {
      raw.close();
      await node.close();
    },
  };
}

/** The fields of a failure's violations. */
export async function fieldsOf(call: Promise<unknown> | AsyncIterable<unknown>): Promise<string[]> {
  try {
    await (Symbol.asyncIterator in call ? Array.fromAsync(call) : call);
  } catch (thrown) {
    return (thrown as PetriError).violations.map(({ field }) => field);
  }
  throw new Error('the call succeeded');
}
