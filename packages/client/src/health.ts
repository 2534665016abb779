import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Client, Metadata } from '@grpc/grpc-js';
import { fromStatus } from '@petri/contracts';
import { PetriError } from '@petri/core';

const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
/** The service that stands for the node as a whole. */
const WHOLE = '';
const SERVING = 1;

/** How long to wait before a watch that broke off is begun again. */
const AGAIN_MS = 100;

/** A channel that has just failed answers at once; one that still tries knows no reason. */
const REASON_MS = 50;

/** Why a channel has no connection, such as a certificate that has expired; empty if it does not know. */
export function lastFailure(client: Client): Promise<string> {
  const late = { deadline: Date.now() + REASON_MS };
  return new Promise((resolve) => {
    client.makeUnaryRequest(CHECK, encode, decode, WHOLE, new Metadata(), late, (error) => {
      const [, why = ''] = /Last error: (.*)/.exec(error?.details ?? '') ?? [];
      resolve(why);
    });
  });
}

/**
 * Resolves once the node says SERVING, waiting for the connection too.
 *
 * @throws PetriError `deadline_exceeded` or `cancelled`.
 */
export async function waitUntilServing(client: Client, signal: AbortSignal): Promise<void> {
  for (;;) {
    if (signal.aborted) throw PetriError.from(signal.reason);
    try {
      for await (const status of watch(client, signal)) if (status === SERVING) return;
    } catch (thrown) {
      if (signal.aborted) throw PetriError.from(signal.reason);
      if (fromStatus(thrown).code !== 'unavailable') throw fromStatus(thrown);
    }
    await pause(AGAIN_MS, signal);
  }
}

/** What the node is, now and whenever that changes. */
async function* watch(client: Client, signal: AbortSignal): AsyncGenerator<number, void, void> {
  const metadata = new Metadata({ waitForReady: true });
  const call = client.makeServerStreamRequest(WATCH, encode, decode, WHOLE, metadata);
  const cancel = () => call.cancel();
  call.on('error', () => undefined); // a cancelled call reports that after its iterator is gone
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const status of call) yield status as number;
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** grpc.health.v1.HealthCheckRequest: the service is field 1. */
function encode(service: string): Buffer {
  return Buffer.from(new BinaryWriter().tag(1, WireType.LengthDelimited).string(service).finish());
}

/** grpc.health.v1.HealthCheckResponse: the status is field 1. */
function decode(bytes: Buffer): number {
  const reader = new BinaryReader(bytes);
  let status = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.Varint) status = reader.int32();
    else reader.skip(wireType);
  }
  return status;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
