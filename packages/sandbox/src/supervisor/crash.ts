import type { Job } from './job.ts';
import type { WorkerExit } from './worker-process.ts';

// A crash is believed when it happens twice: the first may be the late effect of an earlier guest's.
const CRASHES_BELIEVED = 2;
// Somebody outside may kill workers (an operator, the kernel short of memory); so often under one run is no accident.
const KILLS_BELIEVED = 3;

/** What a worker's end says of the run it was in, or undefined if the run should be tried again. */
export function crashVerdict(
  culprit: Job,
  exit: WorkerExit,
): { outcome: 'MEMORY_LIMIT' | 'CRASHED'; reason: string } | undefined {
  // V8 aborts in the thread that asked for the memory, and that thread was in this run.
  if (/out of memory|OOM|is_heap_oom = 1/.test(exit.stderr))
    return { outcome: 'MEMORY_LIMIT', reason: 'V8 ran out of memory and ended the worker' };
  culprit.crashes++;
  const how = exit.signal === null ? `exit status ${exit.code}` : `signal ${exit.signal}`;
  if (exit.signal === 'SIGKILL' || exit.signal === 'SIGTERM') {
    if (culprit.crashes < KILLS_BELIEVED) return undefined;
    return { outcome: 'CRASHED', reason: `its worker was killed from outside ${culprit.crashes} times` };
  }
  if (culprit.crashes < CRASHES_BELIEVED) return undefined;
  return { outcome: 'CRASHED', reason: `its worker ended ${culprit.crashes} times by ${how}` };
}
