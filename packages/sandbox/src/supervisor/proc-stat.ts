import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;
// USER_HZ is 100 on every Linux that Node runs on.
const TICK_MS = 10;

/** What the kernel says of a process. */
export type ProcessSample = {
  rssBytes: number;
  /** User and system time of all threads, in milliseconds. */
  cpuMs: number;
  /** Stopped from outside (SIGSTOP, a debugger): whatever runs too long there is not to blame. */
  stopped: boolean;
};

/** Undefined where there is no /proc, or no such process any more. */
export function sampleProcess(pid: number): ProcessSample | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command, in parentheses, may hold spaces; the fields after it are numbered from 3 in proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(fields[number - 3]);
    return {
      rssBytes: field(24) * PAGE_BYTES,
      cpuMs: (field(14) + field(15)) * TICK_MS,
      stopped: fields[0] === 'T' || fields[0] === 't',
    };
  } catch {
    return undefined;
  }
}
