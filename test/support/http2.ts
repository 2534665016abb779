/** HTTP/2 as an enemy speaks it: sessions of Node's own for abuse within the protocol, bare frames for the rest. */
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';

export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const END_STREAM = 1;
export const END_HEADERS = 4;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** One frame: length, type, flags, stream, payload (RFC 9113, section 4.1). */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Headers of a gRPC call without compression or Huffman coding (RFC 7541, section 6.2.2). */
export function grpcHeaders(path: string): Buffer {
  const literal = (name: string, value: string) =>
    Buffer.concat([
      Buffer.from([0, name.length]),
      Buffer.from(name),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]);
  return Buffer.concat([
    literal(':method', 'POST'),
    literal(':scheme', 'http'),
    literal(':path', path),
    literal(':authority', 'petri'),
    literal('content-type', 'application/grpc'),
    literal('te', 'trailers'),
  ]);
}

/** A connection that has said hello, and nothing since. What comes back is thrown away. */
export async function connectFrames(address: string): Promise<Socket> {
  const socket = await connectBare(address);
  socket.write(PREFACE);
  socket.write(frame(FRAME.settings, 0, 0));
  return socket;
}

export async function connectBare(address: string): Promise<Socket> {
  const [host, port] = [address.slice(0, address.lastIndexOf(':')), Number(address.split(':').at(-1))];
  const socket = connectTcp(port, host);
  socket.on('error', () => {}); // the node may hang up on us
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

/** Writes as fast as the peer reads, until all is written or it hangs up. Answers whether it did. */
export async function flood(socket: Socket, times: number, chunk: (n: number) => Buffer): Promise<boolean> {
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (let n = 0; n < times && !socket.destroyed; n++)
    if (!socket.write(chunk(n)))
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  return socket.destroyed;
}

export async function session(address: string): Promise<ClientHttp2Session> {
  const connected = connectHttp2(`http://${address}`, { maxSessionMemory: 1_000 });
  connected.on('error', () => {});
  await once(connected, 'connect');
  return connected;
}

export const call = (path: string) => ({
  [constants.HTTP2_HEADER_METHOD]: 'POST',
  [constants.HTTP2_HEADER_PATH]: path,
  [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
  [constants.HTTP2_HEADER_TE]: 'trailers',
});

/** A gRPC message: compressed or not, its length, its bytes. */
export function message(bytes: Uint8Array, compressed = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** The gRPC status of a call made by hand, or the HTTP status where there is none. */
export async function grpcStatusOf(
  address: string,
  path: string,
  body: Buffer,
  headers: object = {},
): Promise<number> {
  const client = await session(address);
  try {
    return await statusOn(client, path, body, headers);
  } finally {
    client.destroy();
  }
}

/** The same on a session that is there. */
export function statusOn(
  client: ClientHttp2Session,
  path: string,
  body: Buffer,
  headers: object = {},
): Promise<number> {
  const stream = client.request({ ...call(path), ...headers });
  return new Promise<number>((resolve, reject) => {
    const look = (fields: Record<string, unknown>) => {
      if (fields['grpc-status'] !== undefined) resolve(Number(fields['grpc-status']));
      else if (Number(fields[':status']) !== 200 && ':status' in fields) resolve(Number(fields[':status']));
    };
    stream.on('response', look).on('trailers', look).resume();
    stream.on('error', reject).on('close', () => reject(new Error('closed without a status')));
    stream.end(body);
  });
}
