import fc from 'fast-check';

/** One change of a text, or of bytes as a Latin-1 text. Places are fractions of its length, so that they always fit. */
export type Mutation = { kind: (typeof KINDS)[number]; at: number; length: number; text: string };

const KINDS = ['delete', 'repeat', 'insert', 'overwrite', 'move', 'truncate'] as const;

/** `pieces` are what is inserted, besides anything. */
export function mutations(pieces: readonly string[], max: number): fc.Arbitrary<Mutation[]> {
  const text = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary-ascii', maxLength: 4 }));
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  const length = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 200 }));
  return fc.array(fc.record({ kind: fc.constantFrom(...KINDS), at, length, text }), { maxLength: max });
}

export function mutate(original: string, changes: readonly Mutation[]): string {
  return changes.reduce((text, { kind, at, length, text: piece }) => {
    const start = Math.floor(at * text.length);
    const [before, cut, after] = [
      text.slice(0, start),
      text.slice(start, start + length),
      text.slice(start + length),
    ];
    switch (kind) {
      case 'delete':
        return before + after;
      case 'repeat':
        return before + cut + cut + after;
      case 'insert':
        return before + piece + cut + after;
      case 'overwrite':
        return before + piece + text.slice(start + piece.length);
      case 'move':
        return after + before + cut;
      case 'truncate':
        return before;
    }
  }, original);
}
