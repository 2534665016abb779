import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Of a message: large enough to be cheap, far below what a node takes. */
const CHUNK_BYTES = 256 * 1024;

export function readChunks(file: string): AsyncIterable<Buffer> {
  return createReadStream(file, { highWaterMark: CHUNK_BYTES });
}

/** Under its name there is never a part of a file: what was there stays until all of the new one is on the disk. */
export async function writeAtomically(file: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const unfinished = join(dirname(file), `.${basename(file)}.${randomUUID()}`);
  let bytes = 0;
  try {
    // Genomes and states are nobody else's business.
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      for await (const chunk of chunks) {
        await handle.writeFile(chunk);
        bytes += chunk.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
    await syncDirectory(dirname(file));
    return bytes;
  } catch (thrown) {
    await rm(unfinished, { force: true });
    throw thrown;
  }
}

/** So that the name, too, outlives a power cut. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
