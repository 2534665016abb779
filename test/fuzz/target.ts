/** The node that is fuzzed, an innocent in it, and what must hold of both after every case. */
import assert from 'node:assert/strict';
import { type DescMethod, fromBinary, type Message } from '@bufbuild/protobuf';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { connect, type Petri } from '@petri/client';
import { messageSizeLimit, STATUS_DETAILS_TRAILER } from '@petri/contracts';
import { BatchRunItemSchema } from '@petri/contracts/v1';
import { census, type Census } from '../support/census.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { until } from '../support/until.ts';
import { faultsOf, statusFaults } from './well-formed.ts';

const INNOCENT = 'innocent';
const SOURCE = `import { state } from 'petri:sandbox'; export const f = (x) => [(state.n = (state.n ?? 0) + 1), x * x];`;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const DEADLINE_EXCEEDED = 4;
const UNIMPLEMENTED = 12;
const DESCRIPTORS_SLACK = 12;
const StatusSchema = BatchRunItemSchema.fields.find(({ localName }) => localName === 'error')?.message;

/** A status of grpc-js's own, without details. */
const isLocal = (code: number): boolean => code === DEADLINE_EXCEEDED || code === UNIMPLEMENTED;

export class Target implements AsyncDisposable {
  readonly node: NodeProcess;
  readonly petri: Petri;
  readonly #raw: Client;
  readonly #atFirst: Census;
  #count = 0;
  #sound = true;

  private constructor(node: NodeProcess, petri: Petri) {
    this.node = node;
    this.petri = petri;
    this.#raw = new Client(node.address, credentials.createInsecure(), messageSizeLimit(MAX_MESSAGE_BYTES));
    this.#atFirst = this.#census();
  }

  static async start(): Promise<Target> {
    const node = await startNodeProcess({ PETRI_WORKERS: '2', PETRI_SPARES: '1' });
    const petri = await connect(node.address);
    await petri.sandboxes.create({ id: INNOCENT, genome: SOURCE });
    const target = new Target(node, petri);
    await target.verify();
    return target;
  }

  /** Whether it can be used for another case: it lives, and all has been well so far. */
  get sound(): boolean {
    return this.#sound && this.#alive;
  }

  get #alive(): boolean {
    return this.node.child.exitCode === null && this.node.child.signalCode === null;
  }

  /** Sends bytes. What is wrong with the answer, if anything. */
  async send(method: DescMethod, bytes: Buffer, deadlineMs: number): Promise<string[]> {
    const startedAt = performance.now();
    const answers: Buffer[] = [];
    const error = await this.#call(method, bytes, deadlineMs, answers);
    const withinMs = performance.now() - startedAt;
    const messages = answers.map((answer) => fromBinary(method.output, answer));
    const found = messages.flatMap((message) => faultsOf(method.output, message, withinMs));
    if (error !== undefined) found.push(...errorFaults(error));
    else if (method.methodKind !== 'unary') found.push(...streamFaults(messages));
    return found.map((fault) => `${method.name}: ${fault}`);
  }

  #call(method: DescMethod, bytes: Buffer, deadlineMs: number, answers: Buffer[]) {
    const path = `/${method.parent.typeName}/${method.name}`;
    const options = { deadline: Date.now() + deadlineMs };
    return new Promise<ServiceError | undefined>((resolve) => {
      if (method.methodKind === 'unary') {
        this.#raw.makeUnaryRequest(path, same, same, bytes, new Metadata(), options, (error, answer) => {
          if (answer !== undefined) answers.push(answer);
          resolve(error ?? undefined);
        });
        return;
      }
      const call = this.#raw.makeServerStreamRequest(path, same, same, bytes, new Metadata(), options);
      call.on('data', (answer: Buffer) => answers.push(answer));
      call.on('error', (error: ServiceError) => resolve(error));
      call.on('end', () => resolve(undefined));
    });
  }

  /** The innocent answers right, and the node serves. */
  async verify(): Promise<void> {
    this.#sound = false;
    assert.ok(this.#alive, `the node ended: ${this.node.complaints()}`);
    const answer = await this.petri.sandboxes.call(INNOCENT, 'f', 12);
    this.#count++;
    assert.deepEqual(answer, [this.#count, 144], 'the innocent');
    assert.equal(this.node.complaints(), '', 'the node complains');
    this.#sound = true;
  }

  /** Sandboxes that requests find. */
  async populate(ids: readonly string[]): Promise<void> {
    await this.petri.sandboxes.batchCreate(ids.map((id) => ({ id, genome: SOURCE, state: { n: 1 } })));
  }

  /** Destroys everybody but the innocent. */
  async clear(): Promise<void> {
    const ids: string[] = [];
    for await (const { id } of this.petri.sandboxes.list()) if (id !== INNOCENT) ids.push(id);
    if (ids.length > 0) await this.petri.sandboxes.batchDestroy(ids, { graceMs: 0, allowMissing: true });
  }

  /** When all is over: nothing is left behind. */
  async settled(): Promise<void> {
    await this.clear();
    await this.verify();
    await until(
      'no worker or descriptor is left over',
      () => {
        const { children, descriptors } = this.#census();
        return (
          children === this.#atFirst.children && descriptors <= this.#atFirst.descriptors + DESCRIPTORS_SLACK
        );
      },
      30_000,
    ).catch((thrown: unknown) =>
      assert.fail(`${String(thrown)}: ${JSON.stringify([this.#atFirst, this.#census()])}`),
    );
  }

  #census(): Census {
    return census(this.node.child.pid ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#raw.close();
    await this.petri.close();
    assert.equal(await this.node.stop(), 0, `the node's exit code: ${this.node.complaints()}`);
  }
}

const same = (bytes: Buffer): Buffer => bytes;

/** Every error says what and why, in details that decode. */
function errorFaults({ code: grpcCode, details, metadata }: ServiceError): string[] {
  const code: number = grpcCode;
  const trailer = metadata?.get(STATUS_DETAILS_TRAILER)[0];
  if (trailer === undefined) return isLocal(code) ? [] : [`${code} without details: ${details}`];
  if (!Buffer.isBuffer(trailer) || StatusSchema === undefined) return ['details that are no bytes'];
  const status = fromBinary(StatusSchema, trailer) as Parameters<typeof statusFaults>[0];
  return [...(status.code === code ? [] : [`${code}, its details ${status.code}`]), ...statusFaults(status)];
}

/** A batch answers each item once, and sums up what it answered. */
function streamFaults(messages: readonly Message[]): string[] {
  type Batch = { items?: { index: number }[]; summary?: { total: number } };
  const batch = messages as readonly (Message & Batch)[];
  const summary = batch.at(-1)?.summary;
  if (summary === undefined) return batch.some(({ items }) => items !== undefined) ? ['no summary'] : [];
  const indices = batch.flatMap(({ items = [] }) => items.map(({ index }) => index)).sort((a, b) => a - b);
  const right = indices.length === summary.total && indices.every((index, at) => index === at);
  return right ? [] : [`items ${indices.join()} of ${summary.total}`];
}
