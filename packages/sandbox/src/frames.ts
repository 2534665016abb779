import type { Duplex } from 'node:stream';

const HEADER = 4;

/** One frame: the length of the body as a little-endian 32-bit number, then JSON in UTF-8. */
export function frame(message: unknown): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const buffer = Buffer.allocUnsafe(HEADER + length);
  buffer.writeUInt32LE(length, 0);
  buffer.write(text, HEADER, 'utf8');
  return buffer;
}

/** Calls `receive` with the message of every frame that arrives. */
export function readFrames(stream: Duplex, receive: (message: unknown) => void): void {
  let buffered: Buffer = Buffer.alloc(0);
  let chunks: Buffer[] = [];
  let size = 0;
  let wanted = HEADER;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < wanted) return;
    buffered = chunks.length === 1 ? chunk : Buffer.concat(chunks, size);
    let offset = 0;
    wanted = HEADER;
    while (buffered.length - offset >= HEADER) {
      const end = offset + HEADER + buffered.readUInt32LE(offset);
      if (end > buffered.length) {
        wanted = end - offset;
        break;
      }
      receive(JSON.parse(buffered.toString('utf8', offset + HEADER, end)));
      offset = end;
    }
    buffered = buffered.subarray(offset);
    chunks = buffered.length === 0 ? [] : [buffered];
    size = buffered.length;
  });
}
