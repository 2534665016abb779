import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 5;

/** Waits for a condition, and says which one did not come true. A worker added while others were held stays idle for ten seconds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> {
  const last = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > last) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(POLL_MS);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
