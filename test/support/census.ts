/** What a process holds, as /proc tells it. */
import { readdirSync, readFileSync } from 'node:fs';

export type Census = { children: number; descriptors: number; rssBytes: number };

const PAGE_BYTES = 4096;

export function census(pid: number): Census {
  return {
    children: childrenOf(pid).length,
    descriptors: descriptorsOf(pid),
    rssBytes: rssOf(pid),
  };
}

/** Zero for a process that is gone. */
export function rssOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
}

/** Zero for a process that is gone. */
export function descriptorsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

export function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((each) => parentOf(each) === pid).map(Number);
}

/** With its arguments; empty for a process that is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function parentOf(pid: number | string): number {
  return Number(statOf(pid)[1]);
}

/** CPU time in milliseconds, in ticks of ten; zero for a process that is gone. */
export function cpuOf(pid: number): number {
  const [utime = 0, stime = 0] = statOf(pid).slice(11, 13).map(Number);
  return (utime + stime) * 10;
}

/** Fields from the state on, which stands after the name in parentheses; none of a process that is gone. */
function statOf(pid: number | string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
