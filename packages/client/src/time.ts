import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';

/** Undefined is the year 1970, which no node reports. */
export function dateOf(timestamp: Timestamp | undefined): Date {
  return new Date(msOf(timestamp));
}

/** In milliseconds. */
export function msOf(time: Timestamp | Duration | undefined): number {
  return time ? Number(time.seconds) * 1000 + time.nanos / 1_000_000 : 0;
}

/** Of milliseconds; of a Date since 1970. */
export function timeOf(time: Date | number): { seconds: bigint; nanos: number } {
  const ms = typeof time === 'number' ? time : time.getTime();
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1000) * 1_000_000) };
}
