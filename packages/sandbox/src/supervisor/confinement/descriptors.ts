import { readdirSync, readFileSync } from 'node:fs';
import { RECORDER_FD } from '../../protocol.ts';

const CLOSED_ON_EXEC = 0o2000000;
// Each costs the command that starts a worker an entry for every number below it.
const HIGHEST = 4_096;

/**
 * Descriptors that whoever started this process left open, and that its children would inherit. What Node itself opens
 * is closed in children.
 */
export function inheritedDescriptors(): number[] {
  try {
    const open = readdirSync('/proc/self/fdinfo').map(Number);
    return open.filter((fd) => fd > RECORDER_FD && fd <= HIGHEST && isPassedOn(fd));
  } catch {
    return [];
  }
}

function isPassedOn(fd: number): boolean {
  try {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) === 0;
  } catch {
    return false; // it was the one that read the directory
  }
}
