import { createHash } from 'node:crypto';
import { failedPrecondition, invalid, type PetriError } from '@petri/core';
import { DIGEST_BYTES, LAYOUT, MAGIC, MAX_RECORD_BYTES, PREAMBLE_BYTES } from './format.ts';

/** Where in the file the next byte is. */
type Place =
  | { in: 'preamble' | 'digest'; bytes: Buffer }
  | { in: 'length'; value: number; shift: number }
  | { in: 'record'; left: number }
  | { in: 'nothing' };

/** Checks a file while it comes in, of which it holds nothing. */
export class FileCheck {
  readonly #hash = createHash('sha256');
  #place: Place = { in: 'preamble', bytes: Buffer.alloc(0) };
  #digest = '';

  /** @throws PetriError as soon as it is known that this is no checkpoint of a known layout, or a damaged one. */
  update(chunk: Uint8Array): void {
    let at = 0;
    /** From here on nothing was hashed. */
    let from = 0;
    while (at < chunk.length) {
      const place = this.#place;
      switch (place.in) {
        case 'preamble': {
          const bytes = chunk.subarray(at, at + PREAMBLE_BYTES - place.bytes.length);
          at += bytes.length;
          place.bytes = Buffer.concat([place.bytes, bytes]);
          requireKnown(place.bytes);
          if (place.bytes.length === PREAMBLE_BYTES) this.#place = { in: 'length', value: 0, shift: 0 };
          break;
        }
        case 'length':
          this.#place = afterByte(place, chunk[at++]!);
          break;
        case 'record': {
          const bytes = Math.min(place.left, chunk.length - at);
          at += bytes;
          place.left -= bytes;
          if (place.left === 0) this.#place = { in: 'length', value: 0, shift: 0 };
          break;
        }
        case 'digest': {
          const bytes = chunk.subarray(at, at + DIGEST_BYTES - place.bytes.length);
          this.#hash.update(chunk.subarray(from, at));
          at += bytes.length;
          from = at;
          place.bytes = Buffer.concat([place.bytes, bytes]);
          if (place.bytes.length === DIGEST_BYTES) this.#finish(place.bytes);
          break;
        }
        case 'nothing':
          throw damaged('it goes on after its end');
      }
    }
    this.#hash.update(chunk.subarray(from));
  }

  /** All of the file was there. @returns its checksum. @throws PetriError unless it was. */
  end(): string {
    if (this.#place.in === 'nothing') return this.#digest;
    const description = 'the checkpoint is truncated: it ends before its checksum';
    throw invalid([{ field: 'chunk', description }], { reason: 'CHECKPOINT_TRUNCATED' });
  }

  #finish(bytes: Buffer): void {
    this.#digest = this.#hash.copy().digest('hex');
    if (this.#digest !== bytes.toString('hex')) throw damaged('its checksum is not that of its content');
    this.#place = { in: 'nothing' };
  }
}

/** @throws PetriError for a file that begins like this, and is not one of ours. */
function requireKnown(bytes: Buffer): void {
  const compared = Math.min(bytes.length, MAGIC.length);
  if (bytes.compare(MAGIC, 0, compared, 0, compared) !== 0)
    throw invalid([{ field: 'chunk', description: 'is not the beginning of a checkpoint of a population' }], {
      reason: 'CHECKPOINT_FOREIGN',
    });
  if (bytes.length < PREAMBLE_BYTES) return;
  const layout = bytes.readUInt32BE(MAGIC.length);
  if (layout === 0) throw damaged('it has layout 0');
  if (layout > LAYOUT)
    throw failedPrecondition(
      'CHECKPOINT_TOO_NEW',
      `the checkpoint has layout ${layout}; this node reads up to ${LAYOUT}: import it with a newer one`,
      { metadata: { layout: String(layout), known: String(LAYOUT) } },
    );
}

function afterByte({ value, shift }: { value: number; shift: number }, byte: number): Place {
  const length = value + (byte & 0x7f) * 2 ** shift;
  if (length > MAX_RECORD_BYTES) throw damaged(`a record has more than ${MAX_RECORD_BYTES} bytes`);
  if (byte >= 0x80) {
    if (shift === 28) throw damaged('the length of a record never ends');
    return { in: 'length', value: length, shift: shift + 7 };
  }
  return length === 0 ? { in: 'digest', bytes: Buffer.alloc(0) } : { in: 'record', left: length };
}

export function damaged(why: string): PetriError {
  const description = `the checkpoint is damaged: ${why}`;
  return invalid([{ field: 'chunk', description }], { reason: 'CHECKPOINT_DAMAGED' });
}
