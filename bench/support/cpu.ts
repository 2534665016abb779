import { readFileSync } from 'node:fs';

// USER_HZ is 100 on every Linux that Node runs on.
const TICK_US = 10_000;

/** User and system time of a process, all its threads, in microseconds; NaN if it is gone or there is no /proc. */
export function cpuUs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command, in parentheses, may hold spaces; utime and stime are fields 14 and 15, counted from 1.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  } catch {
    return NaN;
  }
}

/** CPU time that each process spent while `work` ran, in microseconds. */
export async function cpuDuring<T>(
  pids: readonly number[],
  work: () => Promise<T>,
): Promise<{ result: T; cpuUs: number[] }> {
  const before = pids.map(cpuUs);
  const result = await work();
  return { result, cpuUs: pids.map((pid, at) => cpuUs(pid) - before[at]!) };
}
