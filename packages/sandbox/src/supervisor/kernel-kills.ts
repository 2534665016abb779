import { readFileSync } from 'node:fs';

/** How many processes the kernel has ended because memory was short, since the system started; 0 where it does not say. */
export function kernelKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
