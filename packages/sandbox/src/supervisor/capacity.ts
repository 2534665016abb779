import { totalmem } from 'node:os';

/** A sandbox with a small genome in a worker, measured: 1.3 to 1.6 MB. */
const RESIDENT_BYTES = 1_600_000;
/** What isolates may take of the memory; guests, the node and the machine need the rest. */
const SHARE = 0.65;
/** Each isolate is nine or more mappings, of which Linux grants a process 65,530 by default. */
const MOST = 5_000;
const LEAST = 50;

/** What all workers together may take of it: the node and the machine need the rest. */
const WORKERS_SHARE = 0.8;
const LEAST_WORKER_BYTES = 512 * 1024 * 1024;

/** How much memory a worker may take: past it, it gives up what it holds, and is replaced if that does not help. */
export function workerBytes(workers: number): number {
  return Math.max(LEAST_WORKER_BYTES, Math.floor((memoryThereIs() * WORKERS_SHARE) / workers));
}

/** How many sandboxes a worker may hold at once: what memory there is for, be it the machine's or the container's. */
export function residentsPerWorker(workers: number): number {
  const fitting = Math.floor((memoryThereIs() * SHARE) / RESIDENT_BYTES / workers);
  return Math.min(MOST, Math.max(LEAST, fitting));
}

function memoryThereIs(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
