const FIRST_MS = 100;
/** So long a message holds up those behind it, and whoever it waits for may be back. */
const LONGEST_MS = 10_000;

/** How long to wait after so many failures in a row, in milliseconds. */
export function retryAfterMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS);
}
