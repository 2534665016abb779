import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import type { Problems } from './problems.ts';

/** 9999-12-31T23:59:59Z, the last second of a google.protobuf.Timestamp. */
const LAST_SECOND = 253_402_300_799n;
const FIRST_SECOND = -62_135_596_800n;
/** Ten thousand years, the longest google.protobuf.Duration. */
const LONGEST_SECONDS = 315_576_000_000n;

export function timestamp(ms: number) {
  const whole = Math.floor(ms / 1000);
  return { seconds: BigInt(whole), nanos: Math.round((ms - whole * 1000) * 1_000_000) };
}

export function duration(ms: number) {
  return timestamp(Math.max(0, ms));
}

/** In milliseconds since 1970. */
export function readTimestamp(problems: Problems, field: string, { seconds, nanos }: Timestamp): number {
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 || nanos > 999_999_999)
    problems.add(field, 'is not a time between the years 1 and 9999');
  return Number(seconds) * 1000 + nanos / 1_000_000;
}

/** In milliseconds; undefined for none. */
export function readAge(problems: Problems, field: string, age: Duration | undefined): number | undefined {
  if (age === undefined) return undefined;
  const { seconds, nanos } = age;
  if (seconds < 0n || seconds > LONGEST_SECONDS || nanos < 0 || nanos > 999_999_999)
    problems.add(field, 'must be 0 or more');
  return Number(seconds) * 1000 + nanos / 1_000_000;
}

/** A time-out in milliseconds. */
export function readTimeout(problems: Problems, field: string, timeoutMs: number): number {
  if (timeoutMs === 0) problems.add(field, 'must be 1 or more');
  return timeoutMs;
}
