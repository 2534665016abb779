/** A real node with real workers, and clients for it. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { Client as GrpcClient, credentials } from '@grpc/grpc-js';
import {
  connect,
  type CreateRequest,
  type Genome,
  type GuestError,
  type Json,
  type NodeStatus,
  type Outcome,
  type Petri,
  type RunLimits,
  type RunResult,
  type Sandbox,
  type Sandboxes,
} from '@petri/client';
import { createServiceClient, type ServiceClient } from '@petri/contracts';
import { SandboxService } from '@petri/contracts/v1';
import type { PetriError } from '@petri/core';
import type { SandboxRuntime } from '@petri/sandbox';
import { type NodeConfig, startNode } from '@petri/service-node';
import { isAlive, until } from './until.ts';

const CONFIG: NodeConfig = {
  host: '127.0.0.1',
  port: 0,
  workers: 2,
  spares: 1,
  drainTimeoutMs: 5_000,
  maxMessageBytes: 64 * 1024 * 1024,
  readyJson: false,
};

/** Starts a node for all tests of a file; when they are done it is closed, and may leave no worker behind. */
export async function sharedNode(
  config: Partial<NodeConfig> = {},
  runtime?: SandboxRuntime,
): Promise<TestNode> {
  const node = await testNode(config, runtime);
  after(() => node[Symbol.asyncDispose]());
  return node;
}

/** `runtime` is the node's from then on. */
export async function testNode(
  config: Partial<NodeConfig> = {},
  runtime?: SandboxRuntime,
): Promise<TestNode> {
  const internal: string[] = [];
  const onInternalError = ({ cause, message }: PetriError) =>
    void internal.push(`${message}: ${String(cause)}`);
  const options = runtime === undefined ? { onInternalError } : { onInternalError, runtime };
  const running = await startNode({ ...CONFIG, ...config }, options);
  const petri = await connect(running.address);
  const raw = new GrpcClient(running.address, credentials.createInsecure());
  return new TestNode(running.address, petri, raw, () => running.close(), internal);
}

export class TestNode implements AsyncDisposable {
  readonly address: string;
  readonly petri: Petri;
  /** For what the client hides. */
  readonly grpc: GrpcClient;
  readonly raw: ServiceClient<typeof SandboxService>;
  readonly #close: () => Promise<void>;
  readonly #internal: string[];
  readonly #seen = new Set<number>();

  constructor(
    address: string,
    petri: Petri,
    grpc: GrpcClient,
    close: () => Promise<void>,
    internal: string[],
  ) {
    this.address = address;
    this.petri = petri;
    this.grpc = grpc;
    this.raw = createServiceClient(SandboxService, grpc);
    this.#close = close;
    this.#internal = internal;
  }

  get sandboxes(): Sandboxes {
    return this.petri.sandboxes;
  }

  async status(): Promise<NodeStatus> {
    const status = await this.petri.admin.status();
    for (const { pid } of status.workers) this.#seen.add(pid);
    return status;
  }

  /** Process ids of the workers that take runs. */
  async pids(): Promise<number[]> {
    const { workers } = await this.status();
    return workers.filter(({ state }) => state === 'ACTIVE' || state === 'HELD').map(({ pid }) => pid);
  }

  /** Until no worker has anything under way. */
  async idle(): Promise<void> {
    const busy: string[] = [];
    await until('no worker is busy', async () => {
      busy.splice(0, 1, JSON.stringify((await this.status()).workers));
      return !/"inFlight":[1-9]|HELD/.test(busy.join());
    }).catch((thrown: unknown) => {
      throw new Error(busy.join(), { cause: thrown });
    });
  }

  /** A sandbox with this genome. */
  async box(genome: Genome | undefined, options: CreateRequest = {}): Promise<Box> {
    const request = genome === undefined ? options : { ...options, genome };
    return new Box(this, await this.sandboxes.create(request));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.status().catch(() => undefined);
    await this.petri.close();
    this.grpc.close();
    await this.#close();
    await until(
      'all workers of the closed node are gone',
      () => ![...this.#seen].some((pid) => isAlive(pid)),
    );
    assert.deepEqual(this.#internal, [], 'internal errors');
  }
}

/** One sandbox of a test's. */
export class Box {
  readonly node: TestNode;
  readonly created: Sandbox;
  readonly id: string;

  constructor(node: TestNode, created: Sandbox) {
    this.node = node;
    this.created = created;
    this.id = created.id;
  }

  call(name: string, ...args: unknown[]): Promise<Json> {
    return this.node.sandboxes.call(this.id, name, ...args);
  }

  run(name: string, args: unknown[] = [], options: RunLimits = {}): Promise<RunResult> {
    return this.node.sandboxes.run(this.id, name, args, options);
  }

  get(): Promise<Sandbox> {
    return this.node.sandboxes.get(this.id);
  }

  expression(text: string, options: RunLimits = {}): Promise<RunResult> {
    return this.node.sandboxes.runExpression(this.id, text, options);
  }
}

/** The value of a run that completed. */
export function valueOf(result: RunResult): Json {
  assert.equal(result.outcome, 'COMPLETED', JSON.stringify(result));
  return result.outcome === 'COMPLETED' ? result.value : null;
}

/** The error of a run that ended with this outcome. */
export function failure(result: RunResult, outcome: Outcome): GuestError {
  assert.equal(result.outcome, outcome, JSON.stringify(result));
  if (result.outcome === 'COMPLETED') throw new TypeError('a completed run is no failure');
  return result.error;
}
