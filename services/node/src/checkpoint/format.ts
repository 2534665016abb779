import { createHash } from 'node:crypto';

// The layout is described in checkpoint.proto.
export const MAGIC = Buffer.from('\x89PETRI\r\n', 'latin1');
export const LAYOUT = 1;
export const PREAMBLE_BYTES = MAGIC.length + 4;
export const DIGEST_BYTES = 32;
const MiB = 1024 * 1024;
/** As of a message: a record is held whole, and takes many times its bytes once it is unpacked. */
export const MAX_RECORD_BYTES = 64 * MiB;
/** All records but those of sandboxes, which are held together: a hundred thousand members of 1.3 KB, births included. */
export const MAX_ROWS_BYTES = 128 * MiB;
/** Large enough to be cheap, far below any message limit. */
const CHUNK_BYTES = MiB / 4;

/** A checkpoint of these records, none of them empty or too large, in chunks. */
export function* checkpointFile(records: Iterable<Uint8Array>): Generator<Uint8Array, void, void> {
  const hash = createHash('sha256');
  let held: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces(records)) {
    hash.update(piece);
    for (let from = 0; from < piece.length; from += CHUNK_BYTES) {
      const part = piece.subarray(from, from + CHUNK_BYTES);
      held.push(part);
      bytes += part.length;
      if (bytes < CHUNK_BYTES) continue;
      yield Buffer.concat(held);
      [held, bytes] = [[], 0];
    }
  }
  yield Buffer.concat([...held, hash.digest()]);
}

function* pieces(records: Iterable<Uint8Array>): Generator<Uint8Array, void, void> {
  const preamble = Buffer.alloc(PREAMBLE_BYTES);
  MAGIC.copy(preamble);
  preamble.writeUInt32BE(LAYOUT, MAGIC.length);
  yield preamble;
  for (const record of records) {
    yield varint(record.length);
    yield record;
  }
  yield varint(0);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** The records of a checkpoint that was checked already. */
export async function* recordsOf(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const source = file[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const take = async (count: number): Promise<Buffer> => {
    const more = [held];
    for (let bytes = held.length; bytes < count;) {
      const next = await source.next();
      if (next.done) throw new RangeError('the file ends within a record');
      more.push(next.value);
      bytes += next.value.length;
    }
    if (more.length > 1) held = Buffer.concat(more);
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    return taken;
  };
  await take(PREAMBLE_BYTES);
  for (;;) {
    let length = 0;
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = (await take(1))[0]!;
      length |= (byte & 0x7f) << shift;
    }
    if (length === 0) break;
    yield await take(length);
  }
  await source.return?.();
}
