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

/** The parent stands after the state, which stands after the name in parentheses. */
function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0; // it ended meanwhile
  }
}
