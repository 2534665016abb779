const MiB = 1024 * 1024;

/** The longest any run or load may be asked to take, in milliseconds. */
export const MAX_TIMEOUT_MS = 3_600_000;

/** How much a sandbox may add to its worker, whatever of it its isolate counts: V8 overshoots its limits two to three times. */
export function memoryAllowance(limitBytes: number): number {
  return limitBytes * 2 + 64 * MiB;
}
