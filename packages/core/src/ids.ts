import { randomBytes } from 'node:crypto';
import type { Violation } from './errors.ts';

/** Long enough for any naming scheme, short enough for a NATS subject, a file name and a span attribute. */
export const MAX_ID_LENGTH = 128;

const SHAPE = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;

/** Crockford's base 32: no I, L, O or U, and ASCII order is numeric order. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10; // 50 bits of milliseconds: until the year 37000
const RANDOM_DIGITS = 16; // 80 bits

/** What is wrong with an id, or undefined if nothing is. `field` is how the caller names it. */
export function idViolation(field: string, id: string): Violation | undefined {
  if (id.length === 0) return { field, description: 'must not be empty' };
  if (id.length > MAX_ID_LENGTH) {
    return { field, description: `must have at most ${MAX_ID_LENGTH} characters, has ${id.length}` };
  }
  if (SHAPE.test(id)) return undefined;
  return {
    field,
    description: 'must start with a letter or digit and hold only letters, digits, ".", "_", ":" and "-"',
  };
}

/**
 * A new id such as `sb-01kabc…`: the prefix, then 26 digits that sort by the millisecond of creation and
 * end in 80 random bits. `now` is in milliseconds since the epoch.
 */
export function newId(prefix: string, now: number = Date.now()): string {
  let time = '';
  for (let rest = now, digit = 0; digit < TIME_DIGITS; digit++) {
    time = `${ALPHABET[rest % 32]}${time}`;
    rest = Math.floor(rest / 32);
  }
  let random = '';
  for (const byte of randomBytes(RANDOM_DIGITS)) random += ALPHABET[byte & 31];
  return `${prefix}-${time}${random}`;
}
