import { createHash } from 'node:crypto';

/** Uniform in [0, 1). */
export type Random = () => number;

/** A stream of its own for each name, the same for the same name everywhere. Not for secrets. */
export function seeded(...name: readonly (string | number | bigint)[]): Random {
  const digest = createHash('sha256').update(name.join('\0')).digest();
  let [a, b, c, counter] = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)) as [
    number,
    number,
    number,
    number,
  ];
  // sfc32 (Chris Doty-Humphrey, PractRand).
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** `count` of the items, or all, in random order. */
export function sample<T>(items: readonly T[], count: number, random: Random): T[] {
  const left = [...items];
  const drawn: T[] = [];
  while (drawn.length < count && left.length > 0) {
    drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return drawn;
}
