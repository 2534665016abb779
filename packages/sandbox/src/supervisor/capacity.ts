import { totalmem } from 'node:os';

/** A sandbox with a small genome in a worker, measured: 1.3 to 1.6 MB. */
const RESIDENT_BYTES = 1_600_000;
/** What isolates may take of the memory; guests, the node and the machine need the rest. */
const SHARE = 0.65;
/** Each isolate is nine or more mappings, of which Linux grants a process 65,530 by default. */
const MOST = 5_000;
const LEAST = 50;

/** How many sandboxes a worker may hold at once: what memory there is for, be it the machine's or the container's. */
export function residentsPerWorker(workers: number): number {
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  const fitting = Math.floor((memory * SHARE) / RESIDENT_BYTES / workers);
  return Math.min(MOST, Math.max(LEAST, fitting));
}
