import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import type { Socket } from 'node:net';
import { after, suite, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { connect } from '@petri/client';
import { RunRequestSchema } from '@petri/contracts/v1';
import { census } from './support/census.ts';
import {
  call,
  connectBare,
  connectFrames,
  END_HEADERS,
  END_STREAM,
  flood,
  FRAME,
  frame,
  grpcHeaders,
  grpcStatusOf,
  message,
  session,
} from './support/http2.ts';
import { startNodeProcess } from './support/node-process.ts';
import { until } from './support/until.ts';

const MiB = 1024 * 1024;
const RUN = '/petri.v1.SandboxService/Run';
const HEADERS = grpcHeaders(RUN);
const CANCEL = Buffer.from([0, 0, 0, constants.NGHTTP2_CANCEL]);

// Two, and a spare.
const WORKERS = 3;
const node = await startNodeProcess({ PETRI_WORKERS: '2', PETRI_SPARES: '1' });
const petri = await connect(node.address);
after(async () => {
  await petri.close();
  assert.equal(await node.stop(), 0);
  assert.equal(node.complaints(), '');
});
const pid = node.child.pid!;
const { id } = await petri.sandboxes.create({ genome: 'export const spin = () => { for (;;); };' });
// Not the one that is abused: that may be stopped for the workers which its cancelled runs take down.
const innocent = await petri.sandboxes.create({ genome: 'export const double = (n) => n * 2;' });
const run = toBinary(
  RunRequestSchema,
  create(RunRequestSchema, {
    id,
    spec: { target: { case: 'call', value: { function: 'spin' } } },
  }),
);

/** Clients number their streams by odd numbers. */
const streamOf = (n: number) => 2 * n + 1;
const many = (count: number, each: Buffer) => Buffer.concat(Array.from({ length: count }, () => each));

/** Frames that follow a greeting, from a client that never waits for an answer. */
async function framesOf(times: number, chunk: (n: number) => Buffer): Promise<void> {
  const socket = await connectFrames(node.address);
  await flood(socket, times, chunk);
  await serves();
  socket.destroy();
}

/** The same, for what the node hangs up on. */
async function untilHungUp(times: number, chunk: (n: number) => Buffer): Promise<void> {
  const socket = await connectFrames(node.address);
  await flood(socket, times, chunk);
  await until('the node hangs up', () => socket.destroyed);
}

async function serves(): Promise<void> {
  assert.equal(await petri.sandboxes.call(innocent.id, 'double', 21), 42);
}

type Abuse = { title: string; abuse: () => Promise<void> };

const ABUSES: Abuse[] = [
  {
    title: 'a flood of PINGs',
    abuse: () => untilHungUp(2_000, () => many(100, frame(FRAME.ping, 0, 0, Buffer.alloc(8)))),
  },
  {
    title: 'a flood of SETTINGS',
    abuse: () => untilHungUp(2_000, () => many(100, frame(FRAME.settings, 0, 0))),
  },
  {
    title: 'streams reset as soon as they are opened',
    abuse: () =>
      untilHungUp(20_000, (n) =>
        Buffer.concat([
          frame(FRAME.headers, END_HEADERS, streamOf(n), HEADERS),
          frame(FRAME.reset, 0, streamOf(n), CANCEL),
        ]),
      ),
  },
  {
    title: 'runs cancelled as soon as they are asked for',
    abuse: () =>
      untilHungUp(5_000, (n) =>
        Buffer.concat([
          frame(FRAME.headers, END_HEADERS, streamOf(n), HEADERS),
          frame(FRAME.data, END_STREAM, streamOf(n), message(run)),
          frame(FRAME.reset, 0, streamOf(n), CANCEL),
        ]),
      ),
  },
  {
    title: 'a flood of streams that never send a message',
    abuse: () => framesOf(20_000, (n) => frame(FRAME.headers, END_HEADERS, streamOf(n), HEADERS)),
  },
  {
    title: 'headers without end',
    abuse: () =>
      untilHungUp(20_000, (n) =>
        n === 0 ? frame(FRAME.headers, 0, 1, HEADERS) : frame(FRAME.continuation, 0, 1, many(10, HEADERS)),
      ),
  },
  {
    title: 'a flood of empty DATA',
    abuse: () =>
      untilHungUp(2_000, (n) =>
        n === 0 ? frame(FRAME.headers, END_HEADERS, 1, HEADERS) : many(100, frame(FRAME.data, 0, 1)),
      ),
  },
  {
    title: 'frames of no known type',
    abuse: () => framesOf(200, () => many(100, frame(0x77, 0, 0, Buffer.alloc(100)))),
  },
  {
    title: 'what is not HTTP/2 at all',
    abuse: async () => {
      const socket = await connectBare(node.address);
      await flood(socket, 100, () => Buffer.alloc(1_000, 'GET / HTTP/1.1\r\n'));
      await until('the node hangs up', () => socket.destroyed);
    },
  },
  {
    title: '500 connections that say nothing, and 500 that stop in the middle of a call',
    abuse: async () => {
      const silent = Array.from({ length: 500 }, () => connectBare(node.address));
      const stalled = Array.from({ length: 500 }, async () => {
        const socket = await connectFrames(node.address);
        socket.write(frame(FRAME.headers, END_HEADERS, 1, HEADERS));
        return socket;
      });
      const sockets: Socket[] = await Promise.all([...silent, ...stalled]);
      await serves();
      for (const socket of sockets) socket.destroy();
    },
  },
  {
    title: 'a session that is dropped with 100 runs under way',
    abuse: async () => {
      const client = await session(node.address);
      for (let n = 0; n < 100; n++)
        client
          .request(call(RUN))
          .on('error', () => {})
          .end(message(run));
      await until('they are there', async () => (await petri.sandboxes.usage(id)).queuedRuns >= 100);
      client.destroy();
    },
  },
];

suite('a node goes on serving, and keeps nothing, after', () => {
  for (const { title, abuse } of ABUSES)
    test(title, async () => {
      await until(
        'all workers are there',
        async () => (await petri.admin.status()).workers.length === WORKERS,
      );
      const before = census(pid);
      await abuse();
      await serves();
      await until('it holds no more than before', async () => {
        const { descriptors, children } = census(pid);
        if (descriptors > before.descriptors || children !== WORKERS) return false;
        // A worker that was added for a while stays for as long as its sandbox is asked for.
        return (await petri.sandboxes.usage(id)).queuedRuns === 0;
      });
      const grown = census(pid).rssBytes - before.rssBytes;
      assert.ok(grown < 96 * MiB, `its memory grew by ${Math.round(grown / MiB)} MiB`);
    });
});

type Oddity = { title: string; headers?: object; body: Buffer; status: number };

const fine = message(run);
const ODDITIES: Oddity[] = [
  { title: 'a message longer than any may be', body: Buffer.from([0, 255, 255, 255, 255]), status: 8 },
  { title: 'a message that ends early', body: fine.subarray(0, -1), status: 12 },
  { title: 'half a prefix', body: fine.subarray(0, 3), status: 12 },
  { title: 'nothing', body: Buffer.alloc(0), status: 12 },
  { title: 'two messages for one call', body: Buffer.concat([fine, fine]), status: 12 },
  {
    title: 'a message that claims to be gzip and is not',
    headers: { 'grpc-encoding': 'gzip' },
    body: message(run, 1),
    status: 13,
  },
  {
    title: 'a compression nobody knows',
    headers: { 'grpc-encoding': 'petri' },
    body: message(run, 1),
    status: 12,
  },
  { title: 'a deadline in the past', headers: { 'grpc-timeout': '0n' }, body: fine, status: 4 },
  { title: 'a deadline that is none', headers: { 'grpc-timeout': 'soon' }, body: fine, status: 13 },
  { title: 'a method that is not there', headers: { ':path': '/petri.v1.No/No' }, body: fine, status: 12 },
];

suite('a call that is wrong by gRPC has an answer:', () => {
  for (const { title, headers, body, status } of ODDITIES)
    test(title, async () => {
      assert.equal(await grpcStatusOf(node.address, RUN, body, headers), status);
      await serves();
    });
});
