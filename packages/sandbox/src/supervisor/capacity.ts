import { totalmem } from 'node:os';

/** A sandbox with a small genome in a worker, measured: 1.3 to 1.6 MB. */
const RESIDENT_BYTES = 1_600_000;
/** What isolates may take of the memory; guests, the node and the machine need the rest. */
const SHARE = 0.65;
/**
 * V8 gives each isolate at least one of the 4,096 segments of a table that a process has (256 MiB for its dispatch of functions), and
 * aborts when there is none: isolates with many functions take more. Linux' 65,530 mappings, of nine or more each, would be next.
 */
const MOST = 3_500;
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
