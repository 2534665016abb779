import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ClientHttp2Session } from 'node:http2';
import { after, suite, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { connect, type Sandboxes } from '@petri/client';
import {
  BatchEvaluateRequestSchema,
  BatchRunRequestSchema,
  EvaluateSourcesRequestSchema,
  GetSandboxRequestSchema,
  RunRequestSchema,
} from '@petri/contracts/v1';
import { census } from './support/census.ts';
import { call, grpcStatusOf, message, session } from './support/http2.ts';
import { startNodeProcess } from './support/node-process.ts';
import { until } from './support/until.ts';

const MiB = 1024 * 1024;
const MAX_MESSAGE = 64 * MiB;

const node = await startNodeProcess({ PETRI_WORKERS: '2', PETRI_SPARES: '1' });
const petri = await connect(node.address);
const sandboxes: Sandboxes = petri.sandboxes;
after(async () => {
  await petri.close();
  assert.equal(await node.stop(), 0);
  assert.equal(node.complaints(), '');
});
const pid = node.child.pid!;
const GENOME = `
  export const square = (n) => n * n;
  export const large = () => 'x'.repeat(300_000);
  export const spin = () => { for (;;); };
  export const work = (ms) => { const end = Date.now() + ms; while (Date.now() < end); return ms; };
`;
const boxes = await Promise.all(Array.from({ length: 20 }, () => sandboxes.create({ genome: GENOME })));
const idOf = (n: number) => boxes[n % boxes.length]!.id;

/** Nothing is under way any more, all workers are there, and the node holds no more descriptors than before. */
async function nothingLeft(before: { descriptors: number }): Promise<void> {
  await until('nothing is under way', async () => {
    const { workers } = await petri.admin.status();
    const { children, descriptors } = census(pid);
    const busy = workers.some(({ inFlight, state }) => inFlight > 0 || state === 'HELD');
    return !busy && workers.length === 3 && children === 3 && descriptors <= before.descriptors;
  });
  assert.equal(await sandboxes.call(idOf(0), 'square', 7), 49);
}

const answered = async () => Object.values((await petri.admin.status()).runs).reduce((sum, n) => sum + n, 0);

const callOf = (name: string, args: number[]) => ({
  function: name,
  arguments: args.map((value) => ({ kind: { case: 'numberValue' as const, value } })),
});

function runBatch(name: string, count: number, args: number[] = []): Uint8Array {
  const request = create(BatchRunRequestSchema, {
    entries: Array.from({ length: count }, (_, n) => ({ id: idOf(n) })),
    spec: { target: { case: 'call', value: callOf(name, args) } },
  });
  return toBinary(BatchRunRequestSchema, request);
}

/** Asks for a batch, by hand, and takes nothing of what comes. */
async function unread(request: Uint8Array, method = 'BatchRun') {
  const client = await session(node.address);
  const stream = client.request(call(`/petri.v1.SandboxService/${method}`));
  stream.on('error', () => {}).pause();
  stream.end(message(request));
  return { client, stream };
}

/** Of two minutes each. */
function evaluations(count: number): Record<string, Uint8Array> {
  const suite = { cases: [{ call: callOf('work', [50]) }] };
  const spec = { evaluator: { case: 'suite' as const, value: suite } };
  const each = <T>(of: (n: number) => T) => Array.from({ length: count }, (_, n) => of(n));
  const code = { case: 'javascript' as const, value: GENOME };
  const genome = { modules: [{ name: 'main', code }] };
  return {
    BatchEvaluate: toBinary(
      BatchEvaluateRequestSchema,
      create(BatchEvaluateRequestSchema, { ids: each(idOf), spec }),
    ),
    EvaluateSources: toBinary(
      EvaluateSourcesRequestSchema,
      create(EvaluateSourcesRequestSchema, { candidates: each((n) => ({ id: `${n}`, genome })), spec }),
    ),
  };
}

const countRequest = (id: string) =>
  create(RunRequestSchema, { id, spec: { target: { case: 'call', value: { function: 'count' } } } });

function statusOf(client: ClientHttp2Session, request: Buffer): Promise<unknown> {
  const stream = client.request(call('/petri.v1.SandboxService/Run'));
  stream.resume().end(request);
  return once(stream, 'trailers').then(([trailers]) => (trailers as Record<string, unknown>)['grpc-status']);
}

suite('a caller', () => {
  test('that reads nothing of a large batch stops it, and costs the node a bounded amount of memory', async () => {
    const before = census(pid);
    const start = await answered();
    const RUNS = 3_000;
    const { client } = await unread(runBatch('large', RUNS));
    let done = -1;
    let peak = 0;
    await until(
      'no more is run',
      async () => {
        const last = done;
        done = (await answered()) - start;
        peak = Math.max(peak, census(pid).rssBytes);
        const { workers } = await petri.admin.status();
        return done > 0 && done === last && workers.every(({ inFlight }) => inFlight === 0);
      },
      60_000,
    );
    assert.ok(done < 600, `${done} of ${RUNS} large results were made for a caller who reads none`);
    assert.ok(peak - before.rssBytes < 400 * MiB, `${Math.round((peak - before.rssBytes) / MiB)} MiB`);
    client.destroy();
    await nothingLeft(before);
  });

  test('that is gone in the middle of a batch ends it', async () => {
    const before = census(pid);
    const start = await answered();
    const { client, stream } = await unread(runBatch('work', 5_000, [2]));
    stream.resume();
    await until('some of it is done', async () => (await answered()) - start > 50);
    client.destroy();
    await nothingLeft(before);
    const done = (await answered()) - start;
    assert.ok(done < 4_000, `${done} of 5,000 were run`);
  });

  for (const [method, request] of Object.entries(evaluations(5_000)))
    test(`that is gone in the middle of ${method} ends it`, async () => {
      const before = census(pid);
      const { client, stream } = await unread(request, method);
      await once(stream, 'readable');
      assert.ok(stream.read() !== null, 'some of it is done');
      client.destroy();
      await nothingLeft(before);
    });

  test('whose connection breaks takes nothing of others with it', async () => {
    const before = census(pid);
    const others = Array.from({ length: 200 }, (_, n) => sandboxes.call(idOf(n), 'work', 1));
    const { client } = await unread(runBatch('work', 1_000, [1]));
    client.socket.destroy();
    assert.deepEqual(new Set(await Promise.all(others)), new Set([1]));
    await nothingLeft(before);
  });

  test('with 10,000 runs waiting for one sandbox gets each of them done', async () => {
    const before = census(pid);
    const { id } = await sandboxes.create({
      genome: `import { state } from 'petri:sandbox';
        export const count = () => (state.n = (state.n ?? 0) + 1);
        export const spin = () => { for (;;); };`,
      limits: { maxQueuedRuns: 10_000 },
    });
    const caller = new AbortController();
    const first = assert.rejects(
      sandboxes.run(id, 'spin', [], { signal: caller.signal, timeoutMs: 120_000 }),
    );
    const queued = async () => (await sandboxes.usage(id)).queuedRuns;
    await until('the first is there', async () => (await queued()) === 1);
    // A connection carries 1,000 calls at once.
    const clients = await Promise.all(Array.from({ length: 10 }, () => session(node.address)));
    const request = message(toBinary(RunRequestSchema, countRequest(id)));
    const statuses = clients.flatMap((client) =>
      Array.from({ length: 1_000 }, () => statusOf(client, request)),
    );
    await until('all of them wait', async () => (await queued()) === 10_001, 60_000);
    caller.abort();
    await first;
    assert.deepEqual(new Set(await Promise.all(statuses)), new Set(['0']));
    assert.equal(await sandboxes.call(id, 'count'), 10_001);
    for (const client of clients) client.close();
    await sandboxes.destroy(id);
    await nothingLeft(before);
  });

  test('with more runs waiting than may is told so at once, and when to come again', async () => {
    const before = census(pid);
    const { id } = await sandboxes.create({ genome: GENOME, limits: { maxQueuedRuns: 100 } });
    const caller = new AbortController();
    const first = assert.rejects(
      sandboxes.run(id, 'spin', [], { signal: caller.signal, timeoutMs: 120_000 }),
    );
    await until('the first is there', async () => (await sandboxes.usage(id)).queuedRuns === 1);
    const refused: { code: string; reason: string; retryAfterMs: number }[] = [];
    const runs = Array.from({ length: 300 }, () =>
      sandboxes.call(id, 'work', 5).catch((thrown: (typeof refused)[number]) => void refused.push(thrown)),
    );
    await until('200 are refused', () => refused.length === 200);
    caller.abort();
    await first;
    const answers = await Promise.all(runs);
    assert.equal(answers.filter((answer) => answer !== undefined).length, 100);
    for (const { code, reason, retryAfterMs } of refused) {
      assert.deepEqual([code, reason], ['resource_exhausted', 'QUEUE_FULL']);
      assert.ok(retryAfterMs > 0);
    }
    await nothingLeft(before);
  });
});

/** A request for a sandbox that is not there, filled up to so many bytes by a field of a later version. */
function paddedRequest(bytes: number): Uint8Array {
  const request = toBinary(GetSandboxRequestSchema, create(GetSandboxRequestSchema, { id: 'none' }));
  // Field 1,000, length-delimited: two bytes of tag, four of length.
  const padding = bytes - request.length - 6;
  const length = [padding & 127, (padding >> 7) & 127, (padding >> 14) & 127, padding >> 21];
  const head = [0xc2, 0x3e, ...length.map((part, at) => (at < 3 ? part | 128 : part))];
  return Buffer.concat([request, Buffer.from(head), Buffer.alloc(padding)]);
}

suite('a request', () => {
  const ask = (bytes: number) =>
    grpcStatusOf(node.address, '/petri.v1.SandboxService/GetSandbox', message(paddedRequest(bytes)));

  test('of the largest size is read, one byte more is RESOURCE_EXHAUSTED', async () => {
    const before = census(pid);
    const NOT_FOUND = 5;
    const RESOURCE_EXHAUSTED = 8;
    assert.equal(await ask(MAX_MESSAGE), NOT_FOUND);
    assert.equal(await ask(MAX_MESSAGE + 1), RESOURCE_EXHAUSTED);
    await nothingLeft(before);
  });
});
