import { readFileSync } from 'node:fs';

/** CPU time so far, in ticks: of the whole machine, and of this process with all its children that have ended. */
type Sample = { machine: number; ours: number };

/** What part of the CPU time used since `before` was not ours, 0 to 1; NaN where there is no /proc. */
export function othersSince(before: Sample): number {
  const now = sampleCpu();
  return Math.max(0, 1 - (now.ours - before.ours) / (now.machine - before.machine));
}

/** Children count once they have ended: take samples when there are none. */
export function sampleCpu(): Sample {
  try {
    // "cpu", then user, nice, system, idle, iowait, irq, softirq; see proc(5).
    const [user = 0, nice = 0, system = 0] = numbersAfter(readFileSync('/proc/stat', 'latin1'), ' ');
    // utime, stime, cutime and cstime are fields 14 to 17, counted from 1.
    const own = numbersAfter(readFileSync('/proc/self/stat', 'latin1'), ') ').slice(11, 15);
    return { machine: user + nice + system, ours: own.reduce((sum, ticks) => sum + ticks, 0) };
  } catch {
    return { machine: NaN, ours: NaN };
  }
}

/** The numbers after the first mark; what is none is NaN. */
function numbersAfter(text: string, mark: string): number[] {
  return text
    .slice(text.indexOf(mark) + mark.length)
    .trim()
    .split(/\s+/)
    .map(Number);
}
