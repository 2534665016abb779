import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { PetriError } from '@petri/core';
import { FileCheck } from './file-check.ts';
import { checkpointFile, MAX_RECORD_BYTES, PREAMBLE_BYTES, recordsOf } from './format.ts';

const records = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 });
/** Where a file is cut into chunks. */
const cuts = fc.array(fc.nat({ max: 3000 }), { maxLength: 8 });

const fileOf = (all: Iterable<Uint8Array>) => Buffer.concat([...checkpointFile(all)]);

function* chunked(file: Buffer, at: readonly number[]): Generator<Buffer> {
  const places = [0, ...at.map((cut) => Math.min(cut, file.length)).sort((a, b) => a - b), file.length];
  for (const [index, from] of places.slice(0, -1).entries()) yield file.subarray(from, places[index + 1]);
}

function reasonFor(file: Buffer, at: readonly number[] = []): string {
  const check = new FileCheck();
  try {
    for (const chunk of chunked(file, at)) check.update(chunk);
    check.end();
    return '';
  } catch (thrown) {
    return (thrown as PetriError).reason;
  }
}

suite('the file of a checkpoint', () => {
  test('gives the records that it was made of, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(records, cuts, async (all, at) => {
        const file = fileOf(all);
        assert.equal(reasonFor(file, at), '');
        const source = (async function* () {
          yield* chunked(file, at);
        })();
        assert.deepEqual(
          (await Array.fromAsync(recordsOf(source))).map((each) => [...each]),
          all.map((each) => [...each]),
        );
      }),
    );
  });

  test('is truncated if any of its end is missing', () => {
    fc.assert(
      fc.property(records, cuts, fc.double({ min: 0, max: 1, noNaN: true }), (all, at, part) => {
        const file = fileOf(all);
        const length = Math.min(Math.floor(part * file.length), file.length - 1);
        assert.equal(reasonFor(file.subarray(0, length), at), 'CHECKPOINT_TRUNCATED');
      }),
    );
  });

  test('is refused if any bit of it is wrong', () => {
    fc.assert(
      fc.property(records, cuts, fc.nat(), (all, at, place) => {
        const file = fileOf(all);
        const bit = place % (file.length * 8);
        file[bit >> 3]! ^= 1 << (bit & 7);
        const reason = reasonFor(file, at);
        if (bit >> 3 < 8) assert.equal(reason, 'CHECKPOINT_FOREIGN');
        else if (bit >> 3 < PREAMBLE_BYTES) assert.match(reason, /^CHECKPOINT_(?:TOO_NEW|DAMAGED)$/);
        else assert.match(reason, /^CHECKPOINT_(?:DAMAGED|TRUNCATED)$/);
      }),
    );
  });

  test('has large records in pieces, and none that is larger than the largest', () => {
    const large = Buffer.alloc(1_000_000, 7);
    const chunks = [...checkpointFile([large])];
    assert.ok(chunks.length >= 4 && chunks.every(({ length }) => length < 600_000));
    const lengthOf = (bytes: number) => {
      const varint: number[] = [];
      for (let rest = bytes; rest > 0; rest >>>= 7) varint.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      return Buffer.concat([fileOf([]).subarray(0, PREAMBLE_BYTES), Buffer.from(varint)]);
    };
    assert.equal(reasonFor(lengthOf(MAX_RECORD_BYTES)), 'CHECKPOINT_TRUNCATED');
    assert.equal(reasonFor(lengthOf(MAX_RECORD_BYTES + 1)), 'CHECKPOINT_DAMAGED');
  });
});
