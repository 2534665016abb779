import type { Job } from './job.ts';
import type { WorkerExit } from './worker-process.ts';

// A crash is believed when it happens twice: the first may be the late effect of an earlier guest's.
const CRASHES_BELIEVED = 2;
// Somebody outside may kill workers (an operator, the kernel short of memory); so often under one run is no accident.
const KILLS_BELIEVED = 3;

/** A worker's end, and what was seen of it. */
export type Crash = Omit<WorkerExit, 'stderr'> & {
  /** Since the run's last slice began. */
  wallMs: number;
  /** What the worker printed while the run was on. */
  printed: string;
  /** The kernel was short of memory, and ended processes. */
  starved: boolean;
  /** By how much the worker was seen to grow in the run's last slice, in bytes. */
  grownBytes: number;
};

/** What a worker's end says of the run it was in, or undefined if the run should be tried again. */
export function crashVerdict(
  culprit: Pick<Job, 'crashes' | 'request'>,
  { code, signal, sentence, wallMs, printed, starved, grownBytes }: Crash,
): { outcome: 'TIMEOUT' | 'MEMORY_LIMIT' | 'CRASHED'; reason: string } | undefined {
  if (sentence?.why === 'late')
    return { outcome: 'TIMEOUT', reason: `still running ${Math.round(wallMs)} ms after its start; killed` };
  if (sentence?.why === 'large') return undefined;
  // V8 aborts in the thread that asked for the memory, and that thread was in this run.
  if (/out of memory|OOM|is_heap_oom = 1/.test(printed))
    return { outcome: 'MEMORY_LIMIT', reason: 'V8 ran out of memory and ended the worker' };
  const killed = signal === 'SIGKILL' || signal === 'SIGTERM';
  // The kernel takes the largest process, not the one whose turn it is.
  if (killed && starved && grownBytes <= culprit.request.memoryBytes) return undefined;
  culprit.crashes++;
  const how = signal === null ? `exit status ${code}` : `signal ${signal}`;
  if (killed) {
    if (culprit.crashes < KILLS_BELIEVED) return undefined;
    return { outcome: 'CRASHED', reason: `its worker was killed from outside ${culprit.crashes} times` };
  }
  if (culprit.crashes < CRASHES_BELIEVED) return undefined;
  return { outcome: 'CRASHED', reason: `its worker ended ${culprit.crashes} times by ${how}` };
}
