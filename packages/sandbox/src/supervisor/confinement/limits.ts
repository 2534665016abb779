/** Kernel limits of a worker. Address space has none: V8 reserves terabytes of it that it never uses. */
export const LIMITS = {
  // No core file: it would hold what guests of all tenants had in memory.
  core: 0,
  // The flight recorder, 48 bytes, is the only file it writes. In bytes.
  fsize: 4_096,
  // An idle worker holds about 25 descriptors; its libraries open one file at a time.
  nofile: 128,
  // Against fork bombs. The kernel counts all threads of the user, so that many workers have to fit.
  nproc: 16_384,
  memlock: 0,
  msgqueue: 0,
} as const;

/** Runs what follows under these limits. */
export function limited(): string[] {
  return ['/usr/bin/prlimit', ...Object.entries(LIMITS).map(([name, value]) => `--${name}=${value}`)];
}
